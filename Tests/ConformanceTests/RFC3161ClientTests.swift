import StrictJSON
import Testing
import Timestamp

@testable import Cryptography

/// The tests of a public RFC 3161 client: responses of authorities whose chains are given, the signer first.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct RFC3161ClientTests {
    @Test("responses of time-stamp authorities are told apart as rfc3161-client tells them apart")
    func cases() async throws {
        try await ConformanceSuite("rfc3161-client").run { test in
            let chain = try Certificate.all(in: try test.file("chain"))
            let start = Instant(secondsSince1970: 0)
            let always = try #require(ValidityWindow(start: start, end: nil))
            let authority = try TimestampAuthority(name: test.name, chain: chain, validFor: always)
            let message = try message(of: test)
            let response = try test.file("timestamp_response")
            do throws(TimestampRefusal) {
                let token = try TimestampToken(response: response)
                _ = try authority.verify(token, over: message)
                return .accepted
            } catch {
                return .refused(error.description)
            }
        }
    }

    /// The message, or what the request says of it.
    private func message(of test: ConformanceCase) throws -> HashedMessage {
        guard test.inputs["request"] != nil else { return HashedMessage(try test.file("message")) }
        var request = try DERReader(try test.file("request"), holding: DERTag.sequence)
        _ = try request.element(DERTag.integer)
        var imprint = try request.element(DERTag.sequence).reader
        let algorithm = try AlgorithmIdentifier(try imprint.element(DERTag.sequence))
        let function = try #require(algorithm.hashFunction)
        return HashedMessage([], digests: [function: Array(try imprint.only(DERTag.octetString).content)])
    }
}
