@testable import Cryptography

/// A list of signed certificate timestamps is the bytes that its parts are written as.
enum SCTTarget {
    static func run(_ input: [UInt8]) {
        let list: [SignedCertificateTimestamp?]
        do throws(SCTListError) {
            list = try SignedCertificateTimestamp.list(in: derElement(DERTag.octetString, input))
        } catch {
            hold(error == .malformed || error == .tooMany, "an error of reading")
            return
        }
        hold(!list.isEmpty && list.count <= SignedCertificateTimestamp.maximumCount, "a list is not empty, nor endless")
        let known = list.compactMap { $0 }
        for timestamp in known {
            hold(timestamp.logID.count == 32, "the name of a log is a SHA-256")
            let signed = timestamp.signedBytes(issuerKeyHash: [UInt8](repeating: 0, count: 32), tbsCertificate: [])
            hold(signed.suffix(timestamp.extensions.count).elementsEqual(timestamp.extensions), "extensions are signed")
        }
        guard known.count == list.count else { return }
        let bytes = known.flatMap { vector(written($0)) }
        hold(vector(bytes) == input, "print(parse(x)) == x")
    }

    private static func written(_ timestamp: SignedCertificateTimestamp) -> [UInt8] {
        let milliseconds = (0..<8).reversed().map { UInt8(truncatingIfNeeded: timestamp.milliseconds >> (8 * $0)) }
        return [0] + timestamp.logID + milliseconds + vector(Array(timestamp.extensions))
            + [timestamp.hashAlgorithm, timestamp.signatureAlgorithm] + vector(timestamp.signature)
    }

    private static func vector(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }
}
