import Testing

/// Who may import whom. The table is that of docs/ARCHITECTURE.md; a room may also import what the rooms of its row
/// may.
@Suite struct ImportTests {
    private static let rows: [String: Set<String>] = [
        "COpenSSL": [], "CLibYAML": [], "StrictJSON": [], "Timestamp": [],
        "OCI": ["StrictJSON"],
        "Cryptography": ["COpenSSL", "Timestamp"],
        "YAMLDocument": ["CLibYAML"],
        "TransparencyLog": ["Cryptography"],
        "Trust": ["OCI", "Cryptography", "Timestamp"],
        "TUF": ["StrictJSON", "Cryptography", "Timestamp"],
        "Compose": ["YAMLDocument"],
        "Sigstore": ["Trust", "TransparencyLog", "TUF"],
        "ContentTrust": ["Trust", "StrictJSON"],
        "ImageContents": ["OCI", "Cryptography", "StrictJSON"],
        "PolicyEngine": ["Trust"],
        "PolicyDocuments": ["PolicyEngine", "YAMLDocument"],
        "State": ["StrictJSON", "Cryptography"],
        "Outbound": ["Timestamp", "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL"],
        "Audit": ["TransparencyLog", "StrictJSON"],
        "Registry": ["Outbound", "OCI", "Trust", "StrictJSON"],
        "TUFMirror": ["TUF", "Outbound", "State", "Trust"],
        "Admission": ["PolicyEngine", "Audit", "State"],
        "Doors": ["Admission", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOTLS", "NIOSSL"],
    ]

    /// The lowest room that may touch the outside world stands at this level.
    private static let levels: [String: Int] = [
        "StrictJSON": 0, "Timestamp": 0, "OCI": 1, "Cryptography": 1, "YAMLDocument": 1, "TransparencyLog": 2,
        "Trust": 2, "TUF": 2, "Compose": 2,
        "Sigstore": 3, "ContentTrust": 3, "ImageContents": 3, "PolicyEngine": 4, "PolicyDocuments": 5, "Outbound": 5,
        "Audit": 5,
        "State": 5,
        "Registry": 6, "TUFMirror": 6,
        "Admission": 7,
        "Doors": 8,
    ]

    /// What comes with the language and the system, for rooms at level 5 and above. Logging is one of them.
    private static let systemAbove: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Logging", "Synchronization",
    ]

    /// Of the standard library, and without an effect on the world.
    private static let always: Set<String> = ["Synchronization"]

    private static func allowed(_ room: String) -> Set<String> {
        var result = rows[room] ?? []
        var pending = result
        while let next = pending.popFirst() {
            for further in rows[next] ?? [] where result.insert(further).inserted { pending.insert(further) }
        }
        return result
    }

    @Test("every room is in the table, and imports only what its row allows")
    func imports() throws {
        for file in try SourceTree.sources() where !file.room.hasPrefix("dockgate") {
            let level = try #require(Self.levels[file.room], "\(file) is in no room of the table")
            var allowed = Self.allowed(file.room).union(Self.always)
            if level >= 5 { allowed.formUnion(Self.systemAbove) }
            for module in file.imports {
                #expect(allowed.contains(module), "\(file) imports \(module)")
            }
        }
    }

    @Test("a room imports only rooms of lower levels")
    func direction() throws {
        for file in try SourceTree.sources() {
            guard let level = Self.levels[file.room] else { continue }
            for module in file.imports {
                guard let imported = Self.levels[module] else { continue }
                #expect(imported < level, "\(file) imports \(module), which does not stand below it")
            }
        }
    }

    @Test("OpenSSL, libyaml and outgoing HTTP are each behind one door")
    func onlyImporters() throws {
        let owners = ["COpenSSL": "Cryptography", "CLibYAML": "YAMLDocument", "AsyncHTTPClient": "Outbound"]
        for file in try SourceTree.sources() {
            for module in file.imports {
                guard let owner = owners[module] else { continue }
                #expect(file.room == owner, "\(file) imports \(module)")
            }
        }
    }

    @Test("the table finds a forbidden import")
    func finds() {
        let file = SourceTree.File(
            room: "OCI", path: "x",
            lines: ["public import struct Foundation.Data", "@testable import Glibc", "// import NIO"])
        #expect(file.imports == ["Foundation", "Glibc"])
        #expect(!Self.allowed("OCI").contains("Foundation"))
        #expect(Self.allowed("PolicyEngine").contains("StrictJSON"))
        #expect(!Self.allowed("PolicyEngine").contains("Sigstore"))
    }
}
