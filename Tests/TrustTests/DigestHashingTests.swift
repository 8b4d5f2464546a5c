import Cryptography
import OCI
import Testing
import Trust

@Suite struct DigestHashingTests {
    @Test("the digest of no bytes is the one everybody knows")
    func empty() throws {
        let known = try Digest(parsing: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Digest.sha256(of: []) == known)
    }

    @Test("a digest matches its bytes and no others, with either algorithm")
    func matches() throws {
        let content = Array("content".utf8)
        let digests = [
            Digest.sha256(of: content),
            try #require(Digest(algorithm: .sha512, bytes: SHA2.sha512(content))),
        ]
        for digest in digests {
            #expect(digest.matches(content))
            #expect(!digest.matches(content + [0]))
            #expect(!digest.matches([]))
        }
    }
}
