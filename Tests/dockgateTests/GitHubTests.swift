import Testing

@testable import dockgate

@Suite("Workflow commands of GitHub Actions")
struct GitHubTests {
    /// A command as GitHub's runner reads it: `::name key=value,…::data`.
    struct Command {
        let name: String
        let properties: [String: String]
        let data: String

        init?(_ line: Substring) {
            let line = line.unicodeScalars
            let colons = "::".unicodeScalars
            guard line.starts(with: colons), let end = line.dropFirst(2).firstRange(of: colons) else { return nil }
            let head = line[line.index(line.startIndex, offsetBy: 2)..<end.lowerBound]
            guard let blank = head.firstIndex(of: " ") else { return nil }
            name = String(head[..<blank])
            var properties: [String: String] = [:]
            for property in head[head.index(after: blank)...].split(separator: ",") {
                guard let equals = property.firstIndex(of: "=") else { return nil }
                properties[String(property[..<equals])] = Command.decoded(property[property.index(after: equals)...])
            }
            self.properties = properties
            data = Command.decoded(line[end.upperBound...])
        }

        private static func decoded(_ text: Substring.UnicodeScalarView) -> String {
            String(text)
                .replacingBytes("%2C", with: ",").replacingBytes("%3A", with: ":").replacingBytes("%0A", with: "\n")
                .replacingBytes("%0D", with: "\r").replacingBytes("%25", with: "%")
        }
    }

    @Test("each problem is an annotation at its file and line, errors first, and the last line sums up")
    func everyVerdict() throws {
        let lines = CheckReport.everyVerdict.github.split(separator: "\n")
        #expect(lines.last == "4 images, 2 allowed, 2 denied")
        let commands = lines.dropLast().map(Command.init)
        #expect(commands.map { $0?.name } == ["error", "error", "warning"])
        let first = try #require(commands[0])
        #expect(
            first.properties == ["file": "deploy/cart.yaml", "line": "9", "title": "dockgate: signature-missing"])
        #expect(
            first.data == """
                registry.example.com/shop/cart:1.2 in Deployment prod-shop/cart: policy signed-production, check \
                signed-by-release [signature-missing]
                release it through the pipeline
                found: no signature
                expected: a signature by `release-key`
                cure: sign it
                """)
        #expect(commands[2]?.properties == ["title": "dockgate: tag-denied"])
    }

    @Test("hostile text ends no property and no command, and begins none")
    func hostile() throws {
        for hostile in Hostile.texts {
            let report = Hostile.report(hostile)
            let lines = report.github.split(separator: "\n")
            #expect(lines.count == report.results.count + 1)
            for line in lines.dropLast() {
                let command = try #require(Command(line), "\(line)")
                #expect(["error", "warning"].contains(command.name))
                #expect(Set(command.properties.keys).isSubset(of: ["file", "line", "title"]), "\(line)")
                if let number = command.properties["line"] { #expect(number == "9") }
                if let file = command.properties["file"] { #expect(file == Place(hostile).repositoryPath.printable) }
            }
        }
    }

    @Test("beyond ten of a kind the tenth says how many more there are")
    func many() throws {
        let images = (0..<12).map { ReportedImage.image("image:\($0)", because: [.refusal()]) }
        let lines = CheckReport(images, took: .zero).github.split(separator: "\n")
        #expect(lines.count == 11)
        #expect(Command(lines[9])?.data.hasPrefix("and 3 more") == true, "\(lines[9])")
        #expect(CheckReport(Array(images.prefix(10)), took: .zero).github.split(separator: "\n").count == 11)
    }

    @Test("a file is named as the repository knows it, and never by nothing, for which the runner puts another")
    func file() throws {
        for (file, path) in [("./deploy/a.yaml", "deploy/a.yaml"), ("./", "."), (".//", ".")] {
            let report = CheckReport.of(.image(at: Place(file), because: [.refusal()]))
            let line = try #require(report.github.split(separator: "\n").first)
            #expect(Command(line)?.properties["file"] == path)
        }
    }
}
