import Foundation
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    /// The client protocol of tuf-conformance: its cases, and a repository of our own, over real sockets.
    @Suite("dockgate tuf-client")
    struct TUFClientCommandTests {
        @Test("what a repository publishes is fetched, kept, and not fetched twice")
        func downloads() async throws {
            try await withRegistrySimulator { mirror in
                let repository = try SimulatedTUFRepository()
                mirror.serve(repository.files)
                let client = try TUFClient(of: mirror)
                #expect(try client.initialise(with: repository.pinnedRoot).status == 0)
                let refreshed = try client.refresh()
                #expect(refreshed.status == 0, "\(refreshed.errors)")
                #expect(try client.versions == ["root": 1, "timestamp": 1, "snapshot": 1, "targets": 1])
                for _ in 1...2 { #expect(try client.download(["file.txt"]).status == 0) }
                #expect(client.target("file.txt") == Array("content".utf8))
                #expect(mirror.requests.count { $0.target.hasPrefix("/targets/") } == 1)
            }
        }

        @Test("a mirror that is away, and one that lies, end with 1 and leave what is trusted")
        func refusals() async throws {
            try await withRegistrySimulator { mirror in
                var repository = try SimulatedTUFRepository()
                mirror.serve(repository.files)
                let client = try TUFClient(of: mirror)
                _ = try client.initialise(with: repository.pinnedRoot)
                _ = try client.refresh()
                repository.timestamp.signers = try SimulatedTUFRepository.keys(1)
                try repository.publishNext()
                mirror.serve(repository.files)
                let lied = try client.refresh()
                #expect(lied.status == 1)
                #expect(lied.errors.contains("`timestamp.json`: found valid signatures by 0"), "\(lied.errors)")
                mirror.script(ScriptedFault("/", do: .close))
                let away = try client.refresh()
                #expect(away.status == 1 && away.errors.contains("cannot be reached"), "\(away.errors)")
                #expect(try client.versions == ["root": 1, "timestamp": 1, "snapshot": 1, "targets": 1])
            }
        }

        @Test("S37: a target is never written outside of its directory")
        func confined() async throws {
            try await withRegistrySimulator { mirror in
                let repository = try SimulatedTUFRepository()
                mirror.serve(repository.files)
                let client = try TUFClient(of: mirror)
                _ = try client.initialise(with: repository.pinnedRoot)
                for name in ["../file.txt", "/etc/passwd", "a/../../b", ""] {
                    let result = try client.download([name])
                    #expect(result.status == 1 && result.errors.contains("no target can have that path"), "\(name)")
                }
            }
        }

        @Test("mistakes in the arguments end with 2")
        func usage() throws {
            for arguments in [["init"], ["refresh"], ["download"], ["refresh", "root.json"]] {
                let command = try Command.run(Program.path, ["tuf-client", "--metadata-dir", "nowhere"] + arguments)
                #expect(command.status == 2, "\(arguments)")
            }
        }

        private static let suite = OutsideData.suites?.appendingPathComponent("tuf-conformance")

        @Test(
            "S48: every case of tuf-conformance ends as it says, and keeps the versions that it names",
            .disabled(if: suite == nil, "the public suites are not there: set DOCKGATE_CONFORMANCE"))
        func conformance() async throws {
            let suite = try #require(Self.suite)
            let index = try JSONDocument(
                parsing: Array(try Data(contentsOf: suite.appendingPathComponent("index.json")))
            ).root
            let cases = try #require(index["cases"]).elements.filter { $0["kind"]?.isString("tuf-steps") == true }
            #expect(!cases.isEmpty)
            try await withRegistrySimulator { mirror in
                for test in cases {
                    try follow(test, in: suite, TUFClient(of: mirror, metadata: "/metadata"))
                }
            }
            print("tuf-conformance: \(cases.count) cases over HTTP")
        }

        private func follow(_ test: JSONValue, in suite: URL, _ client: TUFClient) throws {
            let name = try #require(test["name"]?.string)
            let parameters = try #require(test["params"])
            for (number, step) in try #require(parameters["steps"]).elements.enumerated() {
                func file(_ value: JSONValue) throws -> [UInt8] {
                    Array(try Data(contentsOf: suite.appendingPathComponent(try #require(value.string))))
                }
                var result: Command
                if step["op"]?.isString("init") == true {
                    result = try client.initialise(with: file(try #require(step["root"])))
                } else {
                    var files: [String: [UInt8]] = [:]
                    for (path, value) in step["repo"].map({ Array($0.members) }) ?? [] { files[path] = try file(value) }
                    client.mirror.serve(files)
                    let time = try #require(step["fake_time"]?.string ?? parameters["now"]?.string)
                    let targets = step["targets"]?.elements.compactMap(\.string) ?? []
                    result = try targets.isEmpty ? client.refresh(at: time) : client.download(targets, at: time)
                }
                let place: Comment = "\(name), step \(number): \(result.errors)"
                #expect((result.status == 0) == (step["rc"]?.integer == 0), place)
                #expect(result.status < 2, place)
                guard let expected = step["trusted"], expected.kind == .array else { continue }
                let versions = expected.elements.map { Array($0.elements) }
                #expect(
                    try client.versions
                        == Dictionary(
                            uniqueKeysWithValues: versions.map { ($0.first?.string ?? "", $0.last?.integer ?? 0) }),
                    place)
            }
        }
    }
}

/// The program as a client of a mirror, with a directory of its own.
private struct TUFClient {
    let mirror: RegistrySimulator
    /// The folder of the mirror that has the metadata.
    private let metadata: String
    private let scratch: Scratch

    init(of mirror: RegistrySimulator, metadata: String = "") throws {
        (self.mirror, self.metadata) = (mirror, metadata)
        scratch = try Scratch()
    }

    func initialise(with root: [UInt8]) throws -> Command {
        try run(["init", try scratch.write(root, to: "pin.json")])
    }

    func refresh(at time: String? = nil) throws -> Command {
        try run(["--metadata-url", mirror.origin + metadata] + clock(time) + ["refresh"])
    }

    func download(_ targets: [String], at time: String? = nil) throws -> Command {
        try run(
            ["--metadata-url", mirror.origin + metadata] + targets.flatMap { ["--target-name", $0] }
                + ["--target-base-url", mirror.origin + "/targets", "--target-dir", scratch.path + "/targets"]
                + clock(time) + ["download"])
    }

    func target(_ name: String) -> [UInt8] { Scratch.bytes("\(scratch.path)/targets/\(name)") }

    /// Of all metadata that is kept.
    var versions: [String: Int] {
        get throws {
            var versions: [String: Int] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/metadata") {
                let document = try JSONDocument(parsing: Scratch.bytes("\(scratch.path)/metadata/\(name)"))
                versions[String(name.dropLast(".json".count))] = document.root["signed"]?["version"]?.integer
            }
            return versions
        }
    }

    private func run(_ arguments: [String]) throws -> Command {
        try Command.run(Program.path, ["tuf-client", "--metadata-dir", scratch.path + "/metadata"] + arguments)
    }

    /// `2036-01-01 00:02:00`, perhaps with an offset.
    private func clock(_ time: String?) -> [String] {
        guard let time = time?.replacing(" ", with: "T") else { return [] }
        return ["--time", time.hasSuffix("+00:00") ? time : time + "Z"]
    }
}
