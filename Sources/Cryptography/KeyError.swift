/// Why bytes are not a key that this program uses. It prints as what was found and what was expected.
public enum KeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// More than `PublicKey.maximumBytes`.
    case tooLarge
    case notPEM
    case privateKey
    case certificate
    /// A PEM block of another label, such as `RSA PUBLIC KEY`.
    case otherBlock(label: String)
    case severalBlocks(count: Int)
    /// Something that is not white space stands outside of the block; lines count from 1.
    case textOutsideBlock(line: Int)
    /// The armour does not close, or its content is not base64.
    case malformedBlock
    /// Not one DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), or one that names no usable key.
    case malformedKey
    case unsupportedAlgorithm(name: String)
    case unsupportedCurve(name: String)
    /// The curve is spelled out instead of named (RFC 5480 section 2.1.1 forbids it).
    case explicitCurve
    case unsupportedRSASize(bits: Int)
    /// An Ed25519 key for which no private key is needed to sign.
    case smallOrder

    public var description: String {
        switch self {
        case .tooLarge:
            "found more than \(PublicKey.maximumBytes) bytes, expected a public key"
        case .notPEM:
            "found no PEM block, expected one that begins with `-----BEGIN PUBLIC KEY-----`"
        case .privateKey:
            "found a private key, expected a public key: remove it from here, and write only what `openssl pkey -pubout` prints"
        case .certificate:
            "found a certificate, expected a public key: `openssl x509 -pubkey -noout` prints the one it holds"
        case .otherBlock(let label):
            "found a `\(label)` block, expected a `PUBLIC KEY` block"
        case .severalBlocks(let count):
            "found \(count) PEM blocks, expected one: write one file for each key"
        case .textOutsideBlock(let line):
            "found text outside of the PEM block on line \(line), expected nothing but the block"
        case .malformedBlock:
            "found a PEM block that is cut off or not base64, expected a whole `PUBLIC KEY` block"
        case .malformedKey:
            "found bytes that are no valid public key, expected a SubjectPublicKeyInfo in DER"
        case .unsupportedAlgorithm(let name):
            "found a key of type `\(name)`, expected ECDSA, RSA or Ed25519"
        case .unsupportedCurve(let name):
            "found a key on curve `\(name)`, expected P-256, P-384 or P-521"
        case .explicitCurve:
            "found a key with explicit curve parameters, expected a named curve"
        case .unsupportedRSASize(let bits):
            "found an RSA key of \(bits) bits, expected \(KeyAlgorithm.rsaBits.lowerBound) to \(KeyAlgorithm.rsaBits.upperBound)"
        case .smallOrder:
            "found an Ed25519 key of small order, with which anybody can sign, expected one that was generated: find out who put it here"
        }
    }
}
