import OCI
import Testing
import Timestamp
import Trust

/// Until when outcomes count that are put together from several.
@Suite struct CountsUntilTests {
    private let repository: Repository

    init() throws { repository = try Repository(parsing: "registry.example.com/team/app") }

    /// Passes at once, and says until when that counts.
    private struct Lasting: Verification {
        let countsUntil: Instant?

        mutating func next(_ received: [Locator: Fetched]) -> Step {
            .outcome(.passed(signers: [.key(fingerprint: [1])]), basis: [])
        }
    }

    private func instant(_ seconds: Int64) -> Instant { Instant(secondsSince1970: seconds) }

    /// What is said of an index of two platforms: that of the index and those of the platforms are as given.
    private func end(index: Instant?, platforms: [Instant?], either: Bool) throws -> Instant? {
        let entries = platforms.indices.map { place in
            let digest = Digest.sha256(of: [UInt8(place)])
            return
                #"{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\#(digest)","size":2,"platform":{"os":"linux","architecture":"a\#(place)"}}"#
        }
        let text =
            #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[\#(entries.joined(separator: ","))]}"#
        let bytes = Array(text.utf8)
        let subject = Subject(repository: repository, digest: .sha256(of: bytes))
        var verification = PlatformVerification(of: subject, either: either) { asked in
            let place = platforms.indices.first { Digest.sha256(of: [UInt8($0)]) == asked.digest }
            return Lasting(countsUntil: place.map { platforms[$0] } ?? index)
        }
        let locator = Locator.manifest(repository, .digest(subject.digest))
        let content = Fetched.Content(
            bytes: bytes, digest: subject.digest, mediaType: "application/vnd.oci.image.index.v1+json")
        _ = verification.next([:])
        guard case .outcome(.passed, _) = verification.next([locator: .found(content)]) else {
            Issue.record("it does not pass")
            return nil
        }
        return verification.countsUntil
    }

    @Test("what rests on several counts as long as the first of them to end")
    func earliest() throws {
        #expect(try end(index: nil, platforms: [instant(30), instant(20)], either: false) == instant(20))
        #expect(try end(index: nil, platforms: [nil, instant(20)], either: false) == instant(20))
        #expect(try end(index: instant(10), platforms: [instant(30), instant(20)], either: true) == instant(10))
        #expect(try end(index: nil, platforms: [nil, nil], either: true) == nil)
    }
}
