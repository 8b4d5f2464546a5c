import NIOPosix
import Outbound
import PolicyDocuments

/// Asks a running gate, in the way in which an API server asks it.
struct GateClient: Sendable {
    private let outbound: OutboundClient
    private let url: OutboundURL

    /// The API server's own longest (`timeoutSeconds`).
    private static let longestCall = 30
    /// An answer has at most 8 KiB of message, twenty warnings and a few annotations, and JSON makes six bytes of some.
    private static let longestAnswer = 256 * 1024

    /// - Parameter questions: how many will be asked at the most; they wait for each other.
    init(_ options: ServerOptions, at address: String, questions: Int, timeout: Duration) throws(UsageError) {
        url = try GateClient.url(address, timeout: timeout)
        var limits = OutboundLimits()
        // A gate takes as long as it is given, since it has to ask registries itself.
        limits.firstByte = timeout
        limits.total = timeout
        limits.waitingPerHost = max(limits.waitingPerHost, questions)
        outbound = OutboundClient(
            rules: [try GateClient.rule(for: url, options)], limits: limits,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
    }

    /// `host:port`, as messages name it.
    var name: String { url.authority }

    func ask(_ question: ImageQuestion, deadline: ContinuousClock.Instant) async -> GateAnswer {
        let request = OutboundRequest(
            url, method: .postJSON(question.review), limit: GateClient.longestAnswer, followsRedirects: false)
        do throws(OutboundError) {
            let response = try await outbound.send(request, deadline: deadline)
            guard response.status == 200 else { return .none(because: explanation(of: response.status)) }
            return GateAnswer(parsing: response.body, to: question, from: name)
        } catch {
            return .none(because: error.description)
        }
    }

    func shutdown() async {
        await outbound.shutdown()
    }

    private func explanation(of status: Int) -> String {
        let hint =
            switch status {
            case 403: ": it may want --client-cert and --client-key"
            case 404: ": the path of --server is not that of a gate"
            case 503: ": it is busy, try again"
            default: ""
            }
        return "`\(name)` answers with HTTP status \(status)\(hint)"
    }
}

extension GateClient {
    /// Without a path, `/validate` is meant.
    private static func url(_ address: String, timeout: Duration) throws(UsageError) -> OutboundURL {
        let seconds = min(Int(timeout.components.seconds), longestCall)
        let url: OutboundURL
        do throws(OutboundURLError) {
            let given = try OutboundURL(parsing: address)
            let door = given.target == "/" ? "/validate" : given.target
            url = try OutboundURL(scheme: given.scheme, domain: given.authority, target: door)
                .adding(query: [("timeout", "\(seconds)s")])
        } catch {
            throw UsageError("--server `\(ServerOptions.shown(address))` \(error)")
        }
        guard url.scheme == .https else {
            throw UsageError(
                "--server `\(ServerOptions.shown(address))` is not `https`: what a gate says is believed only over TLS")
        }
        return url
    }

    /// A gate stands where its operator says, which is mostly a private address.
    private static func rule(for url: OutboundURL, _ options: ServerOptions) throws(UsageError) -> HostRule {
        let authorities = try options.caFile.map { path throws(UsageError) in try content(of: path) }
        var certificate: (chain: [UInt8], key: [UInt8])?
        if let chain = options.clientCert, let key = options.clientKey {
            certificate = (try content(of: chain), try content(of: key))
        }
        do throws(HostRuleError) {
            return try HostRule(
                authority: url.authority, privateAddressAllowed: true, certificateAuthorities: authorities,
                clientCertificate: certificate)
        } catch {
            throw UsageError(error.description)
        }
    }

    private static func content(of path: String) throws(UsageError) -> [UInt8] {
        do throws(DocumentSourceError) {
            return try FileSystemSource().read(path, limit: PolicyDocuments.maximumFileBytes)
        } catch {
            throw UsageError("`\(path)` \(error)")
        }
    }
}
