import Foundation
import PolicyDocuments
import PolicyEngine
import Synchronization
import Testing
import Timestamp

@Suite struct FileSystemSourceTests {
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("dockgate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    private func withDirectory(_ body: () throws -> Void) throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        try body()
    }

    private func write(_ text: String, to name: String) throws {
        let file = directory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.appendingPathComponent(name).path, withDestinationPath: target)
    }

    private func policy(_ name: String) -> String {
        """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: \(name)}
        spec: {checks: [{digest: required}]}
        """
    }

    private func load(_ path: String? = nil) throws(LoadFailure) -> [String] {
        try PolicyDocuments.load(directory: path ?? directory.path, formats: [], now: .earliest).policySet.policies.map(
            \.name)
    }

    @Test("only policy files are read: no hidden files, backups, tests or other kinds")
    func names() throws {
        try withDirectory {
            for name in ["a.yaml", "b.yml"] { try write(policy(String(name.prefix(1))), to: name) }
            for name in [
                ".hidden.yaml", ".#a.yaml", "#a.yaml#", "a.yaml~", "c.tests.yaml", "c.tests.yml", "README.md", "a.json",
                "keys/d.yaml", "yaml",
            ] { try write("broken: [", to: name) }
            #expect(try load() == ["a", "b"])
        }
    }

    @Test("a ConfigMap volume is read once, through its links")
    func configMap() throws {
        try withDirectory {
            try write(policy("one"), to: "..2026_03_01/one.yaml")
            try link("..data", to: "..2026_03_01")
            try link("one.yaml", to: "..data/one.yaml")
            #expect(try load() == ["one"])
            let generation = FileSystemSource().generation(of: directory.path)
            #expect(FileSystemSource().generation(of: directory.path) == generation)
            try write(policy("two"), to: "..2026_03_02/one.yaml")
            try link("..data_tmp", to: "..2026_03_02")
            #expect(rename(directory.path + "/..data_tmp", directory.path + "/..data") == 0)
            #expect(try load() == ["two"])
            #expect(FileSystemSource().generation(of: directory.path) != generation)
        }
    }

    @Test("a directory changes its generation when a file comes, goes or is replaced, and not when one is only read")
    func changedDirectory() throws {
        try withDirectory {
            try write(policy("one"), to: "a.yaml")
            var generation = FileSystemSource().generation(of: directory.path)
            #expect(try load() == ["one"])
            #expect(FileSystemSource().generation(of: directory.path) == generation)
            let changes: [() throws -> Void] = [
                { try write(policy("two"), to: "b.yaml") },
                { try FileManager.default.removeItem(at: directory.appendingPathComponent("b.yaml")) },
                {
                    try write(policy("two"), to: "a.yaml~")
                    #expect(rename(directory.path + "/a.yaml~", directory.path + "/a.yaml") == 0)
                },
            ]
            for change in changes {
                // The kernel's clock for files ticks every few milliseconds.
                usleep(20_000)
                try change()
                let changed = FileSystemSource().generation(of: directory.path)
                #expect(changed != generation)
                generation = changed
            }
            #expect(try load() == ["two"])
        }
    }

    @Test(
        "P06: a ConfigMap volume that is turned a hundred times a second loads as one of its versions, and never as a mix"
    )
    func turnedVolume() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        @Sendable func writeVersion(_ number: Int) throws {
            for file in ["a", "b", "c"] { try write(policy("\(file)-\(number)"), to: "..v\(number)/\(file).yaml") }
            try link("..data_tmp", to: "..v\(number)")
            try #require(rename(directory.path + "/..data_tmp", directory.path + "/..data") == 0)
            if number > 0 {
                try FileManager.default.removeItem(at: directory.appendingPathComponent("..v\(number - 1)"))
            }
        }
        try writeVersion(0)
        for file in ["a", "b", "c"] { try link("\(file).yaml", to: "..data/\(file).yaml") }
        let versions = 100
        let path = directory.path
        let turning = Turning()
        async let turned: Void = {
            defer { turning.isOver.store(true, ordering: .relaxed) }
            for number in 1...versions {
                usleep(10_000)
                try writeVersion(number)
            }
        }()
        var mixes = 0
        var loads = 0
        var refusals: Set<String> = []
        while !turning.isOver.load(ordering: .relaxed) {
            do {
                let names = try load(path)
                loads += 1
                if Set(names.map { $0.split(separator: "-").last }).count != 1 || names.count != 3 { mixes += 1 }
            } catch {
                refusals.insert(error.description)
            }
        }
        try await turned
        #expect(mixes == 0)
        #expect(loads > 0)
        #expect(refusals.allSatisfy { $0.hasSuffix("changes again and again while it is read") }, "\(refusals)")
        #expect(try load(path) == ["a-\(versions)", "b-\(versions)", "c-\(versions)"])
    }

    @Test("P06: files that an editor writes and renames beside the policies never change what is loaded")
    func editorFiles() throws {
        try withDirectory {
            try write(policy("one"), to: "a.yaml")
            for name in [
                ".a.yaml.swp", "a.yaml~", "#a.yaml#", ".#a.yaml", "4913", "a.yaml.tmp", "a.yaml.bak", "..data_tmp",
            ] {
                try write("broken: [", to: name)
                #expect(try load() == ["one"], "\(name)")
            }
            try link(".#b.yaml", to: "somebody@host.1234")
            #expect(try load() == ["one"])
        }
    }

    @Test("P06: a policy that may not be read, or is a link to nowhere, keeps the whole directory from loading")
    func unreadablePolicies() throws {
        try withDirectory {
            try write(policy("one"), to: "a.yaml")
            try link("b.yaml", to: "nowhere")
            #expect(throws: LoadFailure.self) { try load() }
            try FileManager.default.removeItem(at: directory.appendingPathComponent("b.yaml"))
            #expect(try load() == ["one"])
            try write(policy("two"), to: "b.yaml")
            #expect(chmod(directory.path + "/b.yaml", 0) == 0)
            // To root every file is readable.
            if geteuid() != 0 { #expect(throws: LoadFailure.self) { try load() } }
        }
    }

    @Test("P03: a policy file of 100 MiB is refused without being read")
    func hugeFile() throws {
        try withDirectory {
            try write(policy("one"), to: "a.yaml")
            #expect(truncate(directory.path + "/a.yaml", 100 << 20) == 0)
            let duration = try ContinuousClock().measure {
                do {
                    _ = try load()
                    Issue.record("loaded")
                } catch let failure as LoadFailure {
                    #expect(failure.description.hasSuffix("the file is 104857600 bytes long, at most 1048576 are read"))
                }
            }
            #expect(duration < .seconds(1))
        }
    }

    @Test("a directory that is a link changes its generation when the link is turned")
    func linkedDirectory() throws {
        try withDirectory {
            try write(policy("one"), to: "first/a.yaml")
            try write(policy("two"), to: "second/a.yaml")
            try link("current", to: "first")
            let path = directory.appendingPathComponent("current").path
            #expect(try load(path) == ["one"])
            let generation = FileSystemSource().generation(of: path)
            try FileManager.default.removeItem(atPath: path)
            try link("current", to: "second")
            #expect(FileSystemSource().generation(of: path) != generation)
        }
    }

    @Test("what is not a readable file is refused in words")
    func unreadable() throws {
        try withDirectory {
            let source = FileSystemSource()
            func problem(_ name: String, limit: Int = 8) -> String? {
                do {
                    _ = try source.read(directory.appendingPathComponent(name).path, limit: limit)
                    return nil
                } catch {
                    return error.description
                }
            }
            try write("12345678", to: "eight")
            try write("123456789", to: "nine")
            try write("x", to: "folder/x")
            try link("loop", to: "loop")
            try link("broken", to: "nowhere")
            try link("fine", to: "eight")
            #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
            #expect(problem("eight") == nil)
            #expect(problem("fine") == nil)
            #expect(problem("nine") == "is 9 bytes long, at most 8 are read")
            #expect(problem("folder") == "is a directory")
            #expect(problem("loop") == "is a symbolic link that leads to itself")
            #expect(problem("broken") == "does not exist")
            #expect(problem("pipe") == "is not a regular file")
            #expect(problem("eight/x") == "is not a directory")
            #expect(problem("eight\0") == "does not exist")
            #expect(problem("../../../../../../../../../../../dev/zero") == "is not a regular file")
        }
    }

    @Test("a directory with too many files is refused")
    func tooManyNames() throws {
        try withDirectory {
            for name in ["a", "b", "c"] { try write("", to: name) }
            #expect(throws: DocumentSourceError("holds more than 2 files")) {
                try FileSystemSource().names(in: directory.path, limit: 2)
            }
            #expect(try FileSystemSource().names(in: directory.path, limit: 3).sorted() == ["a", "b", "c"])
        }
    }
}

private final class Turning: Sendable {
    let isOver = Atomic(false)
}
