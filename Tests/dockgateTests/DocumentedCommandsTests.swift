import ArgumentParser
import Foundation
import Testing
import YAMLDocument

@testable import dockgate

/// Every command that a page or a pipeline shows is one that this program takes.
@Suite("Commands in documents and pipelines")
struct DocumentedCommandsTests {
    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Below the package: pages in Markdown, and all of `deploy/ci`.
    private static func files() throws -> [String] {
        let manager = FileManager.default
        func names(in directory: String) throws -> [String] {
            try manager.contentsOfDirectory(atPath: package.appendingPathComponent(directory).path).sorted()
                .map { directory.isEmpty ? $0 : "\(directory)/\($0)" }
        }
        let pages = try ["", "docs", "deploy", "policies", "certs"].flatMap(names).filter { $0.hasSuffix(".md") }
        return pages + (try names(in: "deploy/ci"))
    }

    private static func text(of file: String) throws -> String {
        try String(contentsOf: package.appendingPathComponent(file), encoding: .utf8)
    }

    /// The commands of a file, each as its words.
    private static func commands(in file: String) throws -> [[String]] {
        let text = try text(of: file).replacing("\\\n", with: " ")
        return (file.hasSuffix(".md") ? code(in: text) : code(outsideOfComments: text)).flatMap(commands(inLine:))
    }

    /// Lines of blocks, and spans, which may go on in the next line.
    private static func code(in page: String) -> [String] {
        var lines: [String] = []
        var prose = ""
        var isBlock = false
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.drop(while: { $0 == " " || $0 == ">" }).hasPrefix("```") {
                isBlock.toggle()
            } else if isBlock {
                lines.append(String(line))
            } else {
                prose += line.drop { $0 == " " } + (line.isEmpty ? "\n" : " ")
            }
        }
        for paragraph in prose.split(separator: "\n") {
            let parts = paragraph.split(separator: "`", omittingEmptySubsequences: false)
            lines += parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
        return lines
    }

    private static func code(outsideOfComments text: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { line in
            let start = line.drop { $0 == " " }
            return !start.hasPrefix("#") && !start.hasPrefix("//")
        }
    }

    /// What begins with the program's name where a shell expects a command, up to where it ends for a shell.
    private static func commands(inLine line: String) -> [[String]] {
        line.matches(of: /(?:^|[\s'"|;&(])dockgate ((?:'[^']*'|"[^"]*"|[^|;&<>'"#])+)/).map { match in
            match.output.1.matches(of: /'([^']*)'|"([^"]*)"|[^\s'"]+/).map { word in
                String(word.output.1 ?? word.output.2 ?? word.output.0)
            }
        }.filter { !$0.isEmpty }
    }

    /// Whether the program takes the words as they are. A bracket says that they are none: what stands in it may be left out.
    private static func isTaken(_ words: [String]) -> Bool {
        guard !words.contains(where: { $0.hasPrefix("[") }) else { return false }
        do {
            _ = try Dockgate.parseAsRoot(words)
            return true
        } catch {
            return Dockgate.exitCode(for: error) == .success
        }
    }

    /// Whether the words begin with a command and name only options that it has: prose leaves out what it is not about.
    private static func namesWhatIsThere(_ words: [String]) -> Bool {
        for count in [2, 1] where words.count >= count {
            let path = Array(words.prefix(count))
            guard path.allSatisfy({ !$0.hasPrefix("-") }), let text = help(of: path) else { continue }
            let known = Set(text.split { !($0 == "-" || $0.isLetter) }.map(String.init))
            let options = words.dropFirst(count)
                .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "[]")) }
                .filter { $0.hasPrefix("-") && $0 != "-" }
            return options.allSatisfy { known.contains($0) }
        }
        return false
    }

    /// Nil if there is no such command.
    private static func help(of path: [String]) -> String? {
        do {
            // The parser makes of it a command that ends with the text.
            var command = try Dockgate.parseAsRoot(path + ["--help"])
            try command.run()
            return nil
        } catch {
            let text = Dockgate.fullMessage(for: error)
            return text.contains("USAGE: dockgate \(path.joined(separator: " "))") ? text : nil
        }
    }

    @Test("each is parsed without a mistake, or names a command")
    func parsed() throws {
        var count = 0
        for file in try DocumentedCommandsTests.files() {
            for words in try DocumentedCommandsTests.commands(in: file) {
                count += 1
                let isFine =
                    DocumentedCommandsTests.isTaken(words) || DocumentedCommandsTests.namesWhatIsThere(words)
                #expect(isFine, "\(file): dockgate \(words)")
            }
        }
        #expect(count > 30, "only \(count) commands were found")
    }

    @Test("every pipeline has one that checks images, and its reports are formats that there are")
    func pipelines() throws {
        let pipelines = try DocumentedCommandsTests.files().filter {
            $0.hasPrefix("deploy/ci/") && !$0.hasSuffix(".md")
        }
        #expect(pipelines.count == 4)
        for file in pipelines {
            let commands = try DocumentedCommandsTests.commands(in: file)
            for words in commands { _ = try Dockgate.parseAsRoot(words) }
            let checks = commands.filter { $0.first == "check" }
            #expect(checks.count == 1, "\(file)")
            let check = try #require(try checks.first.map { try Dockgate.parseAsRoot($0) } as? CheckCommand, "\(file)")
            #expect(check.output.report.outputs.count > 1, "\(file)")
        }
    }

    @Test("pipelines in YAML are YAML", arguments: ["github-actions.yml", "gitlab-ci.yml", "tekton-task.yaml"])
    func yaml(file: String) throws {
        let text = try DocumentedCommandsTests.text(of: "deploy/ci/\(file)")
        #expect(try YAMLStream.parse(Array(text.utf8), limits: YAMLLimits()).count == 1)
    }

    @Test("a command that is not there, or an option that it does not have, is found")
    func finds() throws {
        let wrong = [
            "check --frobnicate a", "policy lint [--frobnicate]", "frobnicate", "audit list --directory a --frob",
        ]
        for command in wrong {
            let words = try #require(DocumentedCommandsTests.commands(inLine: "$ dockgate \(command)").first)
            #expect(!DocumentedCommandsTests.isTaken(words))
            #expect(!DocumentedCommandsTests.namesWhatIsThere(words))
        }
        #expect(DocumentedCommandsTests.namesWhatIsThere(["audit", "verify", "--directory", "DIR", "[--head", "A:B]"]))
        #expect(
            DocumentedCommandsTests.commands(inLine: #"helm x | dockgate check -f - "a b" 'c' >out && echo"#)
                == [["check", "-f", "-", "a b", "c"]])
    }
}
