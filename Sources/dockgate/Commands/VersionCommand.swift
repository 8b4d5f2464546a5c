import ArgumentParser
import StrictJSON

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version.",
        discussion: """
            EXAMPLES
              dockgate version -o json
            """)

    @OptionGroup var output: OutputOptions

    func run() throws {
        switch output.format {
        case .table: try StandardOutput.write("dockgate \(Version.number)\n")
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("apiVersion", OutputOptions.apiVersion)
            writer.member("version", Version.number)
            writer.endObject()
            try StandardOutput.write(json: String(decoding: writer.bytes, as: UTF8.self))
        }
    }
}
