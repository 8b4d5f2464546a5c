import ArgumentParser
import Glibc
import StrictJSON

struct ManCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man",
        abstract: "Write the manual pages.",
        discussion: """
            EXAMPLES
              dockgate man /usr/local/share/man/man1
              dockgate man pages && man -l pages/dockgate-check.1

            Writes one page for each command, made of its --help. Pages that are there already are replaced.
            """)

    @Argument(help: "Where to write them; it is created if need be.", completion: .directory)
    var directory: String

    func run() throws {
        guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
            throw UsageError("cannot create `\(directory.printable)`: \(String(cString: strerror(errno)))")
        }
        let help = try JSONDocument(parsing: Array(Dockgate._dumpHelp().utf8)).root
        for page in ManualPage.all(of: help) {
            let path = "\(directory)/\(page.name).1"
            try WholeFile.write(page.text, to: path)
            try StandardOutput.write(path + "\n")
        }
    }
}
