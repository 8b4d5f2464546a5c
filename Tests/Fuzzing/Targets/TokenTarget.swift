import Timestamp

@testable import Cryptography

/// A time-stamp token has one signer, who names the digest of its content and the kind of thing that it is; no authority
/// vouches for one that a stranger signed.
enum TokenTarget {
    static func run(_ input: [UInt8]) {
        do throws(TimestampRefusal) {
            check(try TimestampToken(response: input))
        } catch {
            hold(error.description.utf8.count < 1_024, "an error is short")
        }
        if let token = try? TimestampToken(token: input) { check(token) }
    }

    private static func check(_ token: TimestampToken) {
        let attributes = token.signer.attributes
        hold(attributes.contentType == .timestampInfo, "the signer says that it is a time stamp")
        let digest = token.signer.digestAlgorithm.digest(of: token.content)
        hold(attributes.messageDigest == digest, "the signer names the digest of the content")
        hold(attributes.signedBytes.first == DERTag.set, "what is signed is a SET")
        hold(!attributes.signingCertificates.isEmpty, "the signer names its certificate")
        let info = token.info
        hold(
            (Duration.zero...VerifiedTimestamp.maximumAccuracy + .seconds(1)).contains(info.accuracy), "it is accurate")
        let message = HashedMessage([], digests: [info.imprintAlgorithm: info.imprint])
        guard let authority else { return hold(false, "an authority can be made") }
        hold((try? authority.verify(token, over: message)) == nil, "a stranger is not believed")
    }

    private static let authority: TimestampAuthority? = {
        let start = Instant.earliest
        guard
            let issuer = try? CertificateIssuer.create(
                name: "authority", from: Instant(secondsSince1970: 0), for: .seconds(4_000_000_000)),
            let chain = try? Certificate.all(in: issuer.certificatePEM),
            let always = ValidityWindow(start: start, end: nil)
        else { return nil }
        return try? TimestampAuthority(name: "authority", chain: chain, validFor: always)
    }()
}
