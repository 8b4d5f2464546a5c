import Cryptography
import OCI
import StrictJSON
import Testing
import Trust

@testable import Sigstore

/// Statements, once an envelope of them was verified.
@Suite struct InTotoStatementTests {
    private static let digest = Digest.sha256(of: Array("an image".utf8))
    private static let inToto = "application/vnd.in-toto+json"

    private func statement(
        type: String = "https://in-toto.io/Statement/v1",
        subject: String = #"[{"digest":{"sha256":"\#(digest.hexadecimal)"}}]"#,
        rest: String = #","predicateType":"https://slsa.dev/provenance/v1","predicate":{"a":1}"#,
        payloadType: String = inToto
    ) throws -> InTotoStatement {
        try InTotoStatement(
            payload: Array(#"{"_type":"\#(type)","subject":\#(subject)\#(rest)}"#.utf8), type: payloadType)
    }

    @Test("both versions are read, and what they do not have is passed over")
    func versions() throws {
        let statement = try statement()
        #expect(statement.version == .v1)
        #expect(statement.has(predicateType: "https://slsa.dev/provenance/v1"))
        #expect(statement.predicate?["a"]?.integer == 1)
        #expect(statement.subjects[0].name == nil)
        #expect(statement.subjects[0].has(Self.digest))
        #expect(try self.statement(type: "https://in-toto.io/Statement/v0.1").version == .v0_1)
        #expect(try self.statement(rest: #","predicateType":"x","more":[]"#).predicate == nil)
        #expect(try self.statement(payloadType: "application/vnd.in-toto.provenance+json").version == .v1)
    }

    @Test(
        "S06: another payload type is refused, whatever the payload is",
        arguments: [
            "application/json", "", "application/vnd.in-toto+json ", "application/vnd.in-toto+JSON",
            "application/vnd.in-toto.+json", "application/vnd.in-toto+json;x=1", "text/plain",
            "application/vnd.in-toto.a;b+json",
        ])
    func payloadTypes(type: String) {
        #expect(throws: FormatError.self) { try statement(payloadType: type) }
    }

    @Test(
        "attack 6: a statement that is no statement is refused",
        arguments: [
            "", "{}", "[]", "null", "{", #"{"_type":"https://in-toto.io/Statement/v1"}"#,
        ])
    func malformed(payload: String) {
        #expect(throws: FormatError.self) { try InTotoStatement(payload: Array(payload.utf8), type: Self.inToto) }
    }

    @Test("attack 6: every part of it is demanded by name")
    func parts() {
        #expect(throws: FormatError.missing(field: "subject")) { try statement(subject: "[]") }
        #expect(throws: FormatError.missing(field: "subject")) { try statement(subject: "null") }
        #expect(throws: FormatError.missing(field: "subject[0].digest")) { try statement(subject: #"[{"name":"a"}]"#) }
        #expect(throws: FormatError.missing(field: "subject[0].digest")) { try statement(subject: #"[{"digest":{}}]"#) }
        #expect(throws: FormatError.missing(field: "predicateType")) { try statement(rest: "") }
        #expect(throws: FormatError.missing(field: "predicateType")) { try statement(rest: #","predicateType":"""#) }
        #expect(throws: FormatError.self) { try statement(rest: #","predicateType":"a","predicate":[]"#) }
        #expect(throws: FormatError.self) { try statement(subject: #"[{"digest":{"sha256":1}}]"#) }
        #expect(throws: FormatError.self) { try statement(type: "https://in-toto.io/Statement/v2") }
        #expect(throws: FormatError.self) { try statement(rest: #","predicateType":"a","predicateType":"b""#) }
    }

    @Test("a digest counts under its own algorithm and in lower case only")
    func digests() throws {
        let hexadecimal = Self.digest.hexadecimal
        #expect(
            try !statement(subject: #"[{"digest":{"sha256":"\#(hexadecimal.uppercased())"}}]"#).subjects[0].has(
                Self.digest))
        #expect(try !statement(subject: #"[{"digest":{"SHA256":"\#(hexadecimal)"}}]"#).subjects[0].has(Self.digest))
        #expect(try !statement(subject: #"[{"digest":{"sha512":"\#(hexadecimal)"}}]"#).subjects[0].has(Self.digest))
        #expect(
            try !statement(subject: #"[{"digest":{"sha256":"sha256:\#(hexadecimal)"}}]"#).subjects[0].has(Self.digest))
        #expect(
            try statement(subject: #"[{"digest":{"sha1":"x","sha256":"\#(hexadecimal)"}}]"#).subjects[0].has(
                Self.digest))
    }

    @Test("S08: within the bound every subject is looked at, beyond it the statement is refused")
    func manySubjects() throws {
        func subjects(_ count: Int) -> String {
            let others = [String](repeating: #"{"digest":{"sha256":"00"}}"#, count: count - 1)
            return "[" + (others + [#"{"digest":{"sha256":"\#(Self.digest.hexadecimal)"}}"#]).joined(separator: ",")
                + "]"
        }
        #expect(try statement(subject: subjects(1_024)).subjects.contains { $0.has(Self.digest) })
        #expect(throws: FormatError.tooMany(field: "subject", found: 2_000, limit: 1_024)) {
            try statement(subject: subjects(2_000))
        }
    }
}
