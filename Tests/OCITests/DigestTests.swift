import OCI
import StrictJSON
import Testing

@Suite("A digest")
struct DigestTests {
    private let hash = String(repeating: "0123456789abcdef", count: 4)

    @Test("of SHA-256 or SHA-512 prints as it was read")
    func roundTrip() throws {
        let digest = try Digest(parsing: "sha256:\(hash)")
        #expect(digest.algorithm == .sha256 && digest.bytes.count == 32 && digest.bytes[0] == 0x01)
        #expect(digest.description == "sha256:\(hash)" && digest.hexadecimal == hash)
        #expect(digest.tagPrefix == "sha256-\(hash)")
        #expect(try Digest(parsing: "sha512:\(hash)\(hash)").description == "sha512:\(hash)\(hash)")
        #expect(Digest(algorithm: .sha256, bytes: digest.bytes) == digest)
    }

    @Test("is written as JSON as it prints")
    func json() throws {
        for text in ["sha256:\(hash)", "sha512:\(hash)\(hash)"] {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("digest", try Digest(parsing: text))
            writer.endObject()
            #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"digest":"\#(text)"}"#)
        }
    }

    @Test("texts are alike only if their bytes are")
    func bytesOfTexts() {
        #expect("".isWritten(like: ""))
        #expect("registry.example.com/app".isWritten(like: "registry.example.com/app"))
        #expect(!"registry.example.com/app".isWritten(like: "registry.example.com/apq"))
        #expect(!"app".isWritten(like: "app2"))
        #expect("\u{E9}" == "e\u{301}")
        #expect(!"\u{E9}".isWritten(like: "e\u{301}"))
    }

    @Test("has the length of its algorithm")
    func length() throws {
        #expect(Digest(algorithm: .sha256, bytes: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(Digest(algorithm: .sha512, bytes: [UInt8](repeating: 0, count: 32)) == nil)
        for text in ["sha256:\(hash)00", "sha256:\(hash.dropLast())", "sha256:\(hash.dropLast(2))", "sha512:\(hash)"] {
            #expect(throws: DigestError.malformed(text)) { try Digest(parsing: text) }
        }
    }

    @Test("M13: in other letters or with anything around it is malformed")
    func malformed() {
        let upper = hash.uppercased()
        for text in [
            "", ":", "sha256", "sha256:", hash, "sha256:\(upper)", "SHA256:\(hash)", "sha256: \(hash)",
            "sha256:\(hash) ",
            "sha256:\(hash)\n", "sha256:../../etc/passwd", "sha256:0x\(hash.dropLast(2))", "sha256::\(hash)",
            "sha256:\(hash.dropLast())g", "+sha256:\(hash)", "sha256+:\(hash)", "sha+-256:\(hash)", "md5:a/b", "md5:",
            "sha256:\(hash.dropLast(2))é",
        ] {
            #expect {
                try Digest(parsing: text)
            } throws: { error in
                if case .malformed? = error as? DigestError { true } else { false }
            }
        }
    }

    @Test(
        "M13: of another algorithm is not supported rather than malformed",
        arguments: ["md5", "sha1", "sha384", "blake3", "sha256+b64", "sha512.256", "multihash+base58"])
    func unsupported(_ algorithm: String) {
        #expect(throws: DigestError.unsupportedAlgorithm(algorithm)) { try Digest(parsing: "\(algorithm):\(hash)") }
    }

    @Test("of an algorithm that the caller does not accept is not supported")
    func notAccepted() throws {
        let text = "sha512:\(hash)\(hash)"
        #expect(throws: DigestError.unsupportedAlgorithm("sha512")) { try Digest(parsing: text, accepting: [.sha256]) }
        #expect(try Digest(parsing: text, accepting: [.sha512]).algorithm == .sha512)
    }
}
