import Foundation

/// An authority of one test, made by openssl: nothing of Dockgate's has a part in these certificates.
struct PrivateAuthority {
    /// PEM file of the authority.
    let certificate: String
    private let scratch: Scratch

    init(in scratch: Scratch) throws {
        self.scratch = scratch
        certificate = scratch.path + "/ca.crt"
        try PrivateAuthority.openssl(
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
                + ["-subj", "/CN=test authority", "-keyout", scratch.path + "/ca.key", "-out", certificate])
    }

    /// Files of a certificate for 127.0.0.1 and of its key, for a server and for who calls another one.
    func issue(_ name: String) throws -> (certificate: String, key: String) {
        let (certificate, key) = (scratch.path + "/\(name).crt", scratch.path + "/\(name).key")
        let request = scratch.path + "/\(name).csr"
        let extensions = try scratch.write(
            "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n", to: "\(name).ext")
        try PrivateAuthority.openssl(
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)"]
                + ["-keyout", key, "-out", request])
        try PrivateAuthority.openssl(
            ["x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", scratch.path + "/ca.key", "-days", "2"]
                + ["-CAcreateserial", "-extfile", extensions, "-out", certificate])
        return (certificate, key)
    }

    /// PEM of a public key whose private half nobody has.
    static func publicKey() throws -> [UInt8] {
        let scratch = try Scratch()
        let (key, file) = (scratch.path + "/any.key", scratch.path + "/any.pub")
        try openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key])
        try openssl(["ec", "-in", key, "-pubout", "-out", file])
        return Scratch.bytes(file)
    }

    static func openssl(_ arguments: [String]) throws {
        let command = try Command.run("openssl", arguments)
        guard command.status == 0 else { throw CommandFailure("openssl \(arguments[0]): \(command.errors)") }
    }
}
