import Foundation
import Testing

/// What the program takes from its environment.
@Suite struct EnvironmentTests {
    /// None of these can change a verdict: how output looks, and how the network is reached. A setting that decides
    /// anything has one place, the configuration, where it is reviewed and recorded.
    private static let harmless: Set<String> = [
        "NO_COLOR", "TERM", "COLUMNS", "SHELL", "HOME", "PATH", "DOCKER_CONFIG",
        "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy",
    ]

    @Test("P15: no environment variable is read that could change a verdict")
    func variables() throws {
        for file in try SourceTree.sources() {
            for (number, line) in file.lines.enumerated() {
                for name in Self.variables(line) where !(name == "?" && file.path == Self.byName) {
                    #expect(Self.harmless.contains(name), "\(file):\(number + 1) reads `\(name)`")
                }
            }
        }
    }

    /// The one place where a variable is read whose name is not written there.
    private static let byName = "Sources/dockgate/Environment.swift"

    @Test("variables are read by name for the proxy, for credential helpers, as cosign and docker do, else for nothing")
    func readByName() throws {
        let uses = try SourceTree.sources().flatMap(\.lines).filter { $0.contains("Environment.value") }
        #expect(uses.count == 5)
        let known = [
            "OutboundProxy(", "helpers:", #"(of: "COSIGN_REPOSITORY")"#,
            "naming named: String? = nil, environment variable:", "static func isDemanded(by variable:",
        ]
        #expect(uses.allSatisfy { use in known.contains { use.contains($0) } }, "\(uses)")
    }

    @Test("cosign's variable counts for `verify` and `tree` alone, which no gate asks")
    func cosign() throws {
        let files = try SourceTree.sources().filter { file in
            file.lines.contains { $0.contains("COSIGN_REPOSITORY\"") || $0.contains("var image: ImageOptions") }
        }
        let names = ["ImageOptions", "TreeCommand", "VerifyCommand"].map { "Sources/dockgate/Commands/\($0).swift" }
        #expect(files.map(\.path).sorted() == names)
    }

    @Test("docker's variables count for `check` and `trust` alone, which no gate asks")
    func docker() throws {
        let files = try SourceTree.sources().filter { file in
            file.lines.contains { $0.contains("DockerContentTrust(") }
        }
        let names = ["CheckCommand", "TrustCommand"].map { "Sources/dockgate/Commands/\($0).swift" }
        #expect(files.map(\.path).sorted() == names)
    }

    @Test("the test finds a variable that is read, and one whose name is not written there")
    func finds() {
        #expect(Self.variables("if let mode = getenv(\"DOCKGATE_MODE\") {") == ["DOCKGATE_MODE"])
        #expect(Self.variables("ProcessInfo.processInfo.environment[\"DOCKGATE_MODE\"] ?? \"\"") == ["DOCKGATE_MODE"])
        #expect(Self.variables("return getenv(name)") == ["?"])
        #expect(Self.variables("for (key, value) in ProcessInfo.processInfo.environment {") == ["?"])
        #expect(Self.variables("let environment = try config.strings(\"Env\")") == [])
    }

    /// The names of the variables that a line reads; `?` for one that does not stand there.
    private static func variables(_ line: String) -> [String] {
        guard !line.drop(while: { $0 == " " }).hasPrefix("//") else { return [] }
        return ["getenv(", "processInfo.environment", "Environment.get("].flatMap { access -> [String] in
            line.components(separatedBy: access).dropFirst().map { rest in
                let quoted = rest.drop { $0 == "[" || $0 == "(" }
                guard quoted.first == "\"" else { return "?" }
                return String(quoted.dropFirst().prefix { $0 != "\"" })
            }
        }
    }
}
