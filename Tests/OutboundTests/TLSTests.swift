import NIOSSL
@testable import Outbound
import TestSupport
import Testing

@Suite struct TLSTests {
    /// Asks a simulator with that certificate under `name`, believing `authorities`.
    private func ask(
        _ certificate: SimulatedCertificate, as name: String = "registry.test", believing authorities: [UInt8]?
    ) async throws -> Result<OutboundResponse, OutboundError> {
        try await withRegistrySimulator(certificate: certificate) { simulator in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let authority = "\(name):\(simulator.port)"
            let rule = try HostRule(
                authority: authority, privateAddressAllowed: true, certificateAuthorities: authorities)
            return try await withOutbound(rules: [rule], resolver: ScriptedResolver(["127.0.0.1"])) { client in
                await client.outcome(try OutboundURL(parsing: "https://\(authority)/x"))
            }
        }
    }

    private func isTLS(_ outcome: Result<OutboundResponse, OutboundError>) -> Bool {
        guard case .tls = outcome.error else { return false }
        return true
    }

    @Test("a certificate of an authority that is believed for this host is accepted, by name and by address")
    func accepted() async throws {
        let authority = try SimulatedAuthority()
        let certificate = try authority.certificate(for: ["registry.test", "127.0.0.1"])
        #expect(try await ask(certificate, believing: authority.certificatePEM).text == "ok")
        #expect(try await ask(certificate, as: "127.0.0.1", believing: authority.certificatePEM).text == "ok")
    }

    @Test("R22: a certificate of an unknown authority, or of none, is refused")
    func unknownAuthority() async throws {
        let authority = try SimulatedAuthority()
        let certificate = try authority.certificate(for: ["registry.test"])
        #expect(isTLS(try await ask(certificate, believing: nil)))
        #expect(isTLS(try await ask(certificate, believing: SimulatedAuthority().certificatePEM)))
    }

    @Test("authorities that are given for a host replace the system's, and another one's certificate is refused")
    func onlyAuthorities() async throws {
        let own = try SimulatedAuthority()
        let other = try SimulatedAuthority()
        // One certificate that both sides of the comparison see: accepted while its authority is among the believed ones.
        let certificate = try other.certificate(for: ["registry.test"])
        #expect(try await ask(certificate, believing: own.certificatePEM + other.certificatePEM).text == "ok")
        #expect(isTLS(try await ask(certificate, believing: own.certificatePEM)))

        // A test cannot put an authority among the system's, so that they are not asked shows in what the client is made of.
        let rule = try HostRule(authority: "registry.test", certificateAuthorities: own.certificatePEM)
        let configuration = TLSConfiguration.verifying(rule)
        #expect(configuration.trustRoots == .certificates(try NIOSSLCertificate.fromPEMBytes(own.certificatePEM)))
        #expect(configuration.additionalTrustRoots.isEmpty)
        #expect(TLSConfiguration.verifying(.strict("registry.test")).trustRoots == .default)
    }

    @Test("an authority that is believed for one host is not believed for another")
    func otherHostsAuthority() async throws {
        let authority = try SimulatedAuthority()
        let certificate = try authority.certificate(for: ["registry.test", "other.test"])
        try await withRegistrySimulator(certificate: certificate) { simulator in
            let rules = try [
                HostRule(
                    authority: "registry.test:\(simulator.port)", privateAddressAllowed: true,
                    certificateAuthorities: authority.certificatePEM),
                HostRule(authority: "other.test:\(simulator.port)", privateAddressAllowed: true),
            ]
            try await withOutbound(rules: rules, resolver: ScriptedResolver(["127.0.0.1"])) { client in
                let own = try OutboundURL(parsing: "https://registry.test:\(simulator.port)/")
                let other = try OutboundURL(parsing: "https://other.test:\(simulator.port)/")
                #expect(await client.outcome(own).error == nil)
                #expect(isTLS(await client.outcome(other)))
            }
        }
    }

    @Test("R22: a certificate for another name or another address is refused")
    func wrongName() async throws {
        let authority = try SimulatedAuthority()
        let pem = authority.certificatePEM
        #expect(isTLS(try await ask(authority.certificate(for: ["other.test"]), believing: pem)))
        #expect(isTLS(try await ask(authority.certificate(for: ["*.registry.test", "test"]), believing: pem)))
        #expect(isTLS(try await ask(authority.certificate(for: ["127.0.0.2"]), as: "127.0.0.1", believing: pem)))
    }

    @Test("a certificate for the address alone does not make its holder the name that stands for it")
    func addressForName() async throws {
        let authority = try SimulatedAuthority()
        let certificate = try authority.certificate(for: ["127.0.0.1"])
        #expect(
            try await ask(certificate, believing: authority.certificatePEM).error.map { "\($0)" }?
                .contains("its certificate is for another name") == true)
    }

    @Test(
        "a wildcard stands for one whole label",
        arguments: [
            ("*.registry.test", "a.registry.test", true), ("*.registry.test", "registry.test", false),
            ("*.registry.test", "a.b.registry.test", false), ("*.test", "registry.test", false),
            ("a*.registry.test", "ab.registry.test", false),
        ])
    func wildcard(presented: String, name: String, isAccepted: Bool) async throws {
        let authority = try SimulatedAuthority()
        guard let certificate = try? authority.certificate(for: [presented]) else {
            #expect(!isAccepted, "\(presented) cannot be issued")
            return
        }
        let outcome = try await ask(certificate, as: name, believing: authority.certificatePEM)
        #expect((outcome.text == "ok") == isAccepted)
        #expect(isTLS(outcome) != isAccepted)
    }

    @Test("R22: an expired certificate is refused")
    func expired() async throws {
        let authority = try SimulatedAuthority()
        let certificate = try authority.expiredCertificate(for: ["registry.test"])
        #expect(isTLS(try await ask(certificate, believing: authority.certificatePEM)))
    }

    @Test(
        "R22: a certificate that is signed with SHA-1, or whose RSA key is short, is refused whoever signed it",
        .enabled(if: WeakCertificate.canBeMade, "openssl is not installed"),
        arguments: [(2048, "sha256", nil), (2048, "sha1", "SHA-1"), (1024, "sha256", "1024 bits")])
    func weak(bits: Int, hash: String, mark: String?) async throws {
        let weak = try await WeakCertificate(rsaBits: bits, hash: hash)
        let outcome = try await ask(weak.certificate, believing: weak.authorityPEM)
        if let mark {
            #expect(isTLS(outcome))
            #expect("\(outcome)".contains(mark), "\(outcome)")
        } else {
            #expect(outcome.text == "ok", "\(outcome)")
        }
    }

    @Test("R23: a server that speaks nothing newer than TLS 1.1 is refused")
    func oldTLS() async throws {
        let authority = try SimulatedAuthority()
        var certificate = try authority.certificate(for: ["registry.test"])
        certificate.speaksOnlyOldTLS = true
        #expect(isTLS(try await ask(certificate, believing: authority.certificatePEM)))
    }

    @Test("certificate authorities that are no PEM are refused when the rule is made")
    func unreadable() {
        for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            #expect(throws: HostRuleError.certificatesUnreadable(authority: "registry.test")) {
                try HostRule(authority: "registry.test", certificateAuthorities: Array(pem.utf8))
            }
        }
    }

    @Test("a client certificate is shown to the host it is for, and to no other")
    func clientCertificate() throws {
        let certificate = try SimulatedAuthority().certificate(for: ["client.test"])
        let rule = try HostRule(
            authority: "gate.test", clientCertificate: (certificate.chainPEM, certificate.privateKeyPEM))
        let configuration = TLSConfiguration.verifying(rule)
        #expect(
            configuration.certificateChain
                == (try NIOSSLCertificate.fromPEMBytes(certificate.chainPEM).map { .certificate($0) }))
        #expect(configuration.privateKey != nil)
        let other = TLSConfiguration.verifying(.strict("other.test"))
        #expect(other.certificateChain.isEmpty && other.privateKey == nil)
    }

    @Test("a client certificate or key that is no PEM is refused when the rule is made")
    func unreadableClientCertificate() throws {
        let certificate = try SimulatedAuthority().certificate(for: ["client.test"])
        let nonsense = Array("nonsense".utf8)
        for (chain, key) in [
            (nonsense, certificate.privateKeyPEM), (certificate.chainPEM, nonsense),
            (certificate.privateKeyPEM, certificate.chainPEM), ([], []),
        ] {
            #expect(throws: HostRuleError.clientCertificateUnreadable(authority: "gate.test")) {
                try HostRule(authority: "gate.test", clientCertificate: (chain, key))
            }
        }
    }

    @Test("R05: a handshake that nobody answers is given up after its bound")
    func silentHandshake() async throws {
        var limits = OutboundLimits.patient
        limits.connect = .milliseconds(100)
        limits.handshake = .milliseconds(200)
        try await withRegistrySimulator(isSilent: true) { simulator in
            let rule = try HostRule(authority: simulator.authority, privateAddressAllowed: true)
            try await withOutbound(rules: [rule], limits: limits) { client in
                let error = await client.outcome(try OutboundURL(parsing: "https://\(simulator.authority)/")).error
                guard case .timedOut(simulator.authority, let phase, .milliseconds(300)) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(phase == .handshake || phase == .connection)
            }
        }
    }

    @Test("a server that speaks plain HTTP where TLS is expected is told apart")
    func plain() async throws {
        try await withRegistrySimulator { simulator in
            let rule = try HostRule(authority: simulator.authority, privateAddressAllowed: true)
            try await withOutbound(rules: [rule]) { client in
                let outcome = await client.outcome(try OutboundURL(parsing: "https://\(simulator.authority)/"))
                #expect(outcome.error != nil)
                #expect(simulator.requests.isEmpty)
            }
        }
    }

    @Test("R15: a redirect from TLS to plain HTTP is refused, even to the same and to a listed host")
    func downgrade() async throws {
        let authority = try SimulatedAuthority()
        let certificate = try authority.certificate(for: ["127.0.0.1"])
        try await withRegistrySimulator { plain in
            try await withRegistrySimulator(certificate: certificate) { simulator in
                simulator.script(ScriptedFault("/a", do: .redirect(to: plain.origin + "/b")))
                simulator.script(ScriptedFault("/c", do: .redirect(to: "http://\(simulator.authority)/d")))
                let rules = try [
                    HostRule(
                        authority: simulator.authority, privateAddressAllowed: true, insecureHTTP: true,
                        redirectTo: [plain.authority], certificateAuthorities: authority.certificatePEM),
                    HostRule(authority: plain.authority, privateAddressAllowed: true, insecureHTTP: true),
                ]
                try await withOutbound(rules: rules) { client in
                    for path in ["/a", "/c"] {
                        guard case .redirectForbidden = await client.outcome(try simulator.url(path)).error else {
                            Issue.record("\(path) was followed")
                            return
                        }
                    }
                }
            }
            #expect(plain.requests.isEmpty)
        }
    }
}
