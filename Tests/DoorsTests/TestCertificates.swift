import Cryptography
import NIOSSL
import StrictJSON
import TestSupport
import Timestamp

/// Certificates for one test run: an authority, a server, a client, and a client of somebody else.
struct TestCertificates: Sendable {
    let authority: [UInt8]
    let server: IssuedCertificate
    let client: IssuedCertificate
    let stranger: IssuedCertificate

    static let shared: Result<TestCertificates, CertificateError> = Result { () throws(CertificateError) in
        try TestCertificates()
    }

    private init() throws(CertificateError) {
        let start = Instant(secondsSince1970: 1_700_000_000)
        let lifetime = Duration.seconds(20 * 365 * 86_400)
        let authority = try CertificateIssuer.create(name: "authority", from: start, for: lifetime)
        let other = try CertificateIssuer.create(name: "other authority", from: start, for: lifetime)
        self.authority = authority.certificatePEM
        server = try authority.issue(.server(names: ["localhost", "127.0.0.1"]), from: start, for: lifetime)
        client = try authority.issue(.client(name: "apiserver"), from: start, for: lifetime)
        stranger = try other.issue(.client(name: "stranger"), from: start, for: lifetime)
    }
}

extension TLSConnection {
    /// A connection of somebody who trusts the tests' authority.
    static func open(
        port: Int, as client: IssuedCertificate? = nil, serverName: String? = "localhost", readsByItself: Bool = true,
        configure: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> TLSConnection {
        try await TLSClient(
            trusting: try TestCertificates.shared.get().authority, as: client, configure: configure
        ).connect(port: port, serverName: serverName, readsByItself: readsByItself)
    }
}

extension TLSConnection.Answer {
    /// `response` of the AdmissionReview in the body.
    var review: JSONValue? { (try? JSONDocument(parsing: body))?.root["response"] }
}
