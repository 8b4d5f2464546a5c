import Foundation
import State
import Testing

@Suite("The directory of what a gate remembers") struct StateDirectoryTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("two processes do not keep their state in one directory, and the end of one lets the other in")
    func lock() throws {
        var first: StateDirectory? = try StateDirectory.open(scratch.state)
        let error = #expect(throws: StateError.self) { try StateDirectory.open(scratch.state) }
        #expect(error == .locked(scratch.state))
        _ = first
        first = nil
        _ = try StateDirectory.open(scratch.state)
    }

    @Test("the directory and its files are its owner's alone")
    func modes() throws {
        try StateDirectory.open(scratch.state).file("memory", version: 1, maximumBytes: 10).keep([1])
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(scratch.state) == 0o700)
        #expect(try mode(scratch.state + "/memory") == 0o600)
        #expect(try mode(scratch.state + "/lock") == 0o600)
    }

    @Test("a directory that cannot be made is an error that says why")
    func impossible() throws {
        let error = #expect(throws: StateError.self) { try StateDirectory.open(scratch.path + "/none/state") }
        #expect(
            error?.description == "cannot create the directory `\(scratch.path)/none/state`: No such file or directory")
        try Data().write(to: URL(fileURLWithPath: scratch.path + "/state-file"))
        #expect(throws: StateError.self) { try StateDirectory.open(scratch.path + "/state-file") }
    }

    @Test("a link, a directory and a pipe in a file's place are not read, and nothing waits for the pipe")
    func otherThings() throws {
        let directory = try StateDirectory.open(scratch.state)
        let file = directory.file("memory", version: 1, maximumBytes: 10)
        try file.keep([1])
        try FileManager.default.moveItem(atPath: scratch.state + "/memory", toPath: scratch.path + "/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.state + "/memory", withDestinationPath: scratch.path + "/elsewhere")
        guard case .unusable = file.load() else { return #expect(Bool(false), "a link was followed") }
        try file.keep([2])
        #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: scratch.path + "/elsewhere"))).last == 1)
        for place in ["directory", "pipe"] {
            let other = directory.file(place == "pipe" ? "pipe" : "directory", version: 1, maximumBytes: 10)
            if place == "pipe" {
                #expect(mkfifo(scratch.state + "/pipe", 0o600) == 0)
            } else {
                try FileManager.default.createDirectory(
                    atPath: scratch.state + "/directory", withIntermediateDirectories: false)
            }
            guard case .unusable = other.load() else { return #expect(Bool(false), "a \(place) was read") }
        }
    }
}
