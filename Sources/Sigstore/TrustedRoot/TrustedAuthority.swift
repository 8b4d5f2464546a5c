public import Cryptography
public import Timestamp

/// A certificate authority that is believed, such as Fulcio.
public struct TrustedAuthority: Sendable {
    /// For people: where it is.
    public let name: String
    /// What it issued at other times does not count; nil for an organisation's own roots. Both ends are inside.
    public let validFor: ValidityWindow?
    let anchors: TrustAnchors

    init(_ object: WireObject) throws(FormatError) {
        let instance = try AuthorityInstance(object)
        (name, validFor) = (instance.name, instance.validFor)
        do throws(ChainError) { anchors = try TrustAnchors(chain: instance.chain, purpose: .codeSigning) } catch {
            throw instance.unusable(error)
        }
    }

    init(roots: [Certificate], intermediates: [Certificate]) throws(ChainError) {
        anchors = try TrustAnchors(anchors: roots, intermediates: intermediates, purpose: .codeSigning)
        (name, validFor) = (roots.first?.subject ?? "", nil)
    }

    /// Whether it was believed at that time.
    func isBelieved(at time: Instant) -> Bool { validFor?.contains(time) ?? true }
}

/// A time stamp authority that is believed.
public struct TrustedTimestampAuthority: Sendable {
    public let authority: TimestampAuthority
    let witness: String

    public var name: String { authority.name }

    /// One that an organisation runs or chose, believed at any time.
    ///
    /// - Parameter chain: the signer's certificate, if only that one is believed, then those above it, the root last. Throws
    ///   what `TimestampAuthority` does.
    public init(chain: [Certificate]) throws(ChainError) {
        let always = ValidityWindow(from: .earliest)
        authority = try TimestampAuthority(name: chain.first?.subject ?? "", chain: chain, validFor: always)
        witness = authority.id.hexadecimal
    }

    init(_ object: WireObject) throws(FormatError) {
        let instance = try AuthorityInstance(object)
        do throws(ChainError) {
            authority = try TimestampAuthority(
                name: instance.name, chain: instance.chain, validFor: instance.validFor)
        } catch {
            throw instance.unusable(error)
        }
        witness = try object.witness(else: authority.id.hexadecimal)
    }
}

/// `CertificateAuthority` of sigstore_trustroot.proto.
struct AuthorityInstance {
    let name: String
    /// The signer or the lowest intermediate first, the anchor last.
    let chain: [Certificate]
    let validFor: ValidityWindow
    private let path: String

    static let keys: [StaticString] = ["subject", "uri", "certChain", "validFor", "operator"]

    init(_ object: WireObject) throws(FormatError) {
        let subject = try object.object("subject", keys: ["organization", "commonName"])
        let (uri, commonName) = (try object.text("uri"), try subject?.text("commonName"))
        name = uri ?? commonName ?? object.path
        validFor = try ValidityWindow(object, "validFor")
        let chain = try object.requiredObject("certChain", keys: ["certificates"])
        path = chain.path
        let limit = SigstoreTrustedRoot.maximumCertificates
        var certificates: [Certificate] = []
        for certificate in try chain.objects("certificates", limit: limit, keys: ["rawBytes"]) {
            let bytes = try certificate.requiredBytes("rawBytes")
            do throws(CertificateFormatError) { certificates.append(try Certificate(der: bytes)) } catch {
                throw .malformed(
                    field: certificate.path(of: "rawBytes"), found: "something else (\(error))",
                    expected: "a certificate in DER")
            }
        }
        guard !certificates.isEmpty else { throw .missing(field: chain.path(of: "certificates")) }
        self.chain = certificates
    }

    func unusable(_ error: ChainError) -> FormatError {
        .malformed(
            field: path, found: "no chain that can be believed (\(error))", expected: "one that ends in an anchor")
    }
}
