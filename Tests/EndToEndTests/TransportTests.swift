import Foundation
import TestSupport
import Testing

extension EndToEnd {
    @Suite("TLS as others speak it", .enabled(if: Command.exists("openssl"), "there is no openssl"))
    struct TransportTests {
        private func openssl(_ gate: GateProcess, _ arguments: [String], input: String = "") throws -> Command {
            try Command.run(
                "openssl",
                [
                    "s_client", "-connect", "127.0.0.1:\(gate.port)", "-CAfile", gate.files.authority,
                    "-verify_return_error",
                ] + arguments, input: Array(input.utf8))
        }

        @Test("T08: a client that wants to renegotiate is not listened to, and the gate goes on")
        func renegotiation() throws {
            try withGate { gate, _ in
                // A line that begins with R asks s_client to renegotiate.
                let ended = try openssl(gate, ["-tls1_2"], input: "R\n")
                #expect(ended.output.contains("Protocol  : TLSv1.2") || ended.output.contains("New, TLSv1.2"))
                #expect(ended.errors.contains("RENEGOTIATING"), "\(ended.errors)")
                #expect(ended.status != 0, "the connection ends with it: \(ended.output)")
                #expect(try gate.isReady())
            }
        }

        @Test("T08: old versions and weak cipher suites end in the handshake")
        func weak() throws {
            try withGate { gate, _ in
                for arguments in [
                    ["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"], ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
                    ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], ["-tls1_2", "-cipher", "AES128-SHA256"],
                    ["-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0"],
                ] {
                    let refused = try openssl(gate, arguments)
                    #expect(refused.status != 0, "\(arguments): \(refused.output)")
                }
                for arguments in [["-tls1_2"], ["-tls1_3"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]] {
                    let spoken = try openssl(gate, arguments)
                    #expect(spoken.status == 0, "\(arguments): \(spoken.errors)")
                }
            }
        }
    }
}
