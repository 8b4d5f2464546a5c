import Foundation
import State
import Testing

@Suite("What a gate remembers") struct StateFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func file(
        version: Int = 1, maximumBytes: Int = 1_024, storage: any StateStorage = DiskStateStorage()
    ) throws -> StateFile {
        try StateDirectory.open(scratch.state, storage: storage)
            .file("memory", version: version, maximumBytes: maximumBytes)
    }

    @Test("what was kept last is found, also by the next process, until it is forgotten")
    func keep() throws {
        try withFile { file in
            #expect(file.load().text == "absent")
            try file.keep(Array("one".utf8))
            #expect(file.load().text == "one")
            try file.keep(Array("two and more".utf8))
            try file.keep([])
            #expect(file.load().text == "")
            try file.keep(Array("three".utf8))
        }
        try withFile { file in
            #expect(file.load().text == "three")
            try file.forget()
            #expect(file.load().text == "absent")
            try file.forget()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.state) == ["lock"])
    }

    private func withFile(_ body: (StateFile) throws -> Void) throws { try body(file()) }

    @Test("the format is the one that is documented")
    func format() throws {
        try withFile { try $0.keep(Array("hello\n".utf8)) }
        let text = String(decoding: try scratch.read("memory"), as: UTF8.self)
        #expect(
            text == """
                {"dockgate":"state","name":"memory","version":1,"bytes":6,"sha256":"\
                5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"}
                hello

                """)
    }

    @Test("a file that lost or gained bytes, or has one bit changed, is told and never read")
    func damage() throws {
        try withFile { try $0.keep(Array("{\"a\":1}".utf8)) }
        let good = try scratch.read("memory")
        var damaged = (0..<good.count).map { Array(good.prefix($0)) }
        damaged += [good + [10], good + good, Array("{}".utf8), [UInt8](repeating: 0, count: good.count)]
        for position in good.indices {
            for bit in 0..<8 {
                var copy = good
                copy[position] ^= 1 << bit
                damaged.append(copy)
            }
        }
        try withFile { file in
            for copy in damaged {
                try scratch.write(copy, to: "memory")
                #expect(file.load().isUnusable, "\(String(decoding: copy, as: UTF8.self))")
            }
            try scratch.write(good, to: "memory")
            #expect(file.load().text == "{\"a\":1}")
        }
    }

    @Test("a file of another version or of another name is told and never read")
    func others() throws {
        try withFile { try $0.keep([1, 2, 3]) }
        #expect(try file(version: 2).load().text == "unusable: is of version 1, not of version 2")
        let other = try StateDirectory.open(scratch.state).file("other", version: 1, maximumBytes: 1_024)
        #expect(other.load().text == "absent")
        try scratch.write(try scratch.read("memory"), to: "other")
        #expect(other.load().text == "unusable: holds something else")
    }

    @Test("what is too long is neither kept nor read, and what was kept before stays")
    func size() throws {
        try withFile { file in
            try file.keep(Array("short".utf8))
            let error = #expect(throws: StateError.self) { try file.keep([UInt8](repeating: 65, count: 1_025)) }
            #expect(error?.description == "`memory` would have 1025 bytes, at most 1024 are kept")
            #expect(file.load().text == "short")
            try file.keep([UInt8](repeating: 65, count: 1_024))
        }
        #expect(try file(maximumBytes: 100).load().isUnusable)
        try scratch.write([UInt8](repeating: 65, count: 10 << 20), to: "memory")
        #expect(try file().load().text == "unusable: is longer than 1536 bytes")
    }

    @Test("whichever call to the disk fails, and however, the old content or the new one is found, and nothing else")
    func everyCall() throws {
        for fault in FailingStateStorage.Fault.allCases {
            for number in 1... {
                try FileManager.default.removeItem(atPath: scratch.path)
                try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: false)
                try withFile { try $0.keep(Array("old".utf8)) }
                let storage = FailingStateStorage(call: number, fault)
                var isKept: Bool?
                var isForgotten: Bool?
                do {
                    let file = try file(storage: storage)
                    isKept = false
                    try file.keep(Array("new".utf8))
                    isKept = true
                    if number % 2 == 0 {
                        isForgotten = false
                        try file.forget()
                        isForgotten = true
                    }
                } catch {}
                let context: Comment = "\(fault.rawValue), call \(number)"
                try withFile { file in
                    let found = file.load().text
                    switch (isKept, isForgotten) {
                    case (_, true?): #expect(found == "absent", context)
                    case (_, false?): #expect(["absent", "new"].contains(found), context)
                    case (true?, _): #expect(found == "new", context)
                    case (false?, _): #expect(["old", "new"].contains(found), context)
                    case (nil, _): #expect(found == "old", context)
                    }
                    try file.keep(Array("next".utf8))
                    #expect(file.load().text == "next", context)
                }
                if storage.calls < number {
                    #expect(number > 5, "the scenario is worth its name")
                    break
                }
            }
        }
    }

    @Test("what a process that died within a write left behind is no obstacle, and no file of a full disk stays behind")
    func leftovers() throws {
        try withFile { try $0.keep(Array("old".utf8)) }
        try scratch.write([1, 2, 3], to: "memory.new")
        try withFile { file in
            #expect(file.load().text == "old")
            try file.keep(Array("new".utf8))
        }
        let full = FailingStateStorage(call: 3, .half)
        #expect(throws: StateError.self) { try file(storage: full).keep(Array("newer".utf8)) }
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: scratch.state)) == ["lock", "memory"])
        try withFile { #expect($0.load().text == "new") }
    }

    @Test("what is kept by many threads at once is one of what they kept")
    func threads() async throws {
        let file = try file()
        await withTaskGroup { group in
            for number in 0..<8 {
                group.addTask { for _ in 0..<20 { try? file.keep([UInt8](repeating: UInt8(number), count: 100)) } }
            }
        }
        guard case .kept(let bytes) = file.load() else { return #expect(Bool(false), "\(file.load())") }
        #expect(bytes.count == 100 && Set(bytes).count == 1)
    }
}

extension StateFile.Content {
    fileprivate var text: String {
        switch self {
        case .absent: "absent"
        case .kept(let bytes): String(decoding: bytes, as: UTF8.self)
        case .unusable(let reason): "unusable: \(reason)"
        }
    }

    fileprivate var isUnusable: Bool { if case .unusable = self { true } else { false } }
}
