import Admission
import Audit
import ContentTrust
import NIOPosix
import OCI
import Outbound
import PolicyDocuments
import PolicyEngine
import Registry
import Sigstore
import Timestamp
import Trust

/// The only place that names concrete types: here formats, clients, log and gate are put together.
struct Composition {
    /// The signature formats that attestors may use, for a command: what it verifies is forgotten when it ends.
    static let attestorFormats = attestorFormats(remembering: ForgetfulMemory())

    /// The signature formats that attestors may use.
    static func attestorFormats(remembering collections: any ContentTrustMemory) -> [any AttestorFormat] {
        [CosignFormat(), ContentTrustFormat(memory: collections, clock: SystemClock.now)]
    }

    let gate: Gate
    let outbound: OutboundClient

    /// - Parameters:
    ///   - memory: nil for a check, which remembers nothing.
    ///   - log: nil for a check that leaves no record.
    init(
        _ settings: GateSettings, policies: PolicySet, memory: GateMemory? = nil, log: AuditLog?,
        clock: @escaping @Sendable () -> Instant
    ) throws {
        let client: RegistryClient
        (client, outbound) = try Composition.registryClient(settings)
        let source = RegistrySource(client: client)
        let collector = EvidenceCollector(source: source, keeper: log.map(LogKeeper.init), clock: clock)
        gate = Gate(
            rules: GateRules(policies: policies, notVouched: settings.notVouched, mode: settings.mode),
            collector: collector, memory: memory, log: log,
            instance: GateInstance(name: settings.name, version: Version.number))
    }

    /// A client of the registries that the settings name, and of all others anonymously. Whoever asked for it shuts
    /// `outbound` down.
    static func registryClient(
        _ settings: GateSettings
    ) throws -> (client: RegistryClient, outbound: OutboundClient) {
        let listed = try settings.registries.map(host)
        let named = settings.trustServers.map(host).filter { server in !listed.contains { $0.host == server.host } }
        let registries = RegistryConfiguration(hosts: listed + named)
        let outbound: OutboundClient
        do {
            outbound = OutboundClient(
                rules: try registries.outboundRules(), proxy: try proxy(settings.proxy),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        } catch let error as HostRuleError {
            throw UsageError("the registries of the configuration: \(error)")
        }
        let client = RegistryClient(
            configuration: registries, outbound: outbound,
            helpers: .installed(environment: Environment.value(of:), passing: settings.helperEnvironment))
        return (client, outbound)
    }

    func shutdown() async {
        await outbound.shutdown()
    }

    /// The configuration's, else the environment's.
    private static func proxy(_ settings: ProxySettings?) throws(UsageError) -> OutboundProxy? {
        do throws(OutboundProxyError) {
            guard let settings else { return try OutboundProxy(environment: Environment.value(of:)) }
            return try OutboundProxy(url: settings.address, excluding: settings.exclusions)
        } catch {
            throw UsageError(
                settings == nil
                    ? "`HTTPS_PROXY` or `NO_PROXY` in the environment: \(error)"
                    : "the proxy of the configuration: \(error)")
        }
    }

    private static func host(_ server: TrustServerSettings) -> RegistryHost {
        RegistryHost(
            host: server.host, privateAddressAllowed: true, certificateAuthorities: server.certificateAuthorities)
    }

    private static func host(_ settings: RegistrySettings) throws -> RegistryHost {
        do {
            var credentials: CredentialSource?
            if let file = settings.dockerConfigFile {
                let bytes = try FileSystemSource().read(file, limit: DockerConfiguration.maximumBytes)
                credentials = try DockerConfiguration(parsing: bytes).credentials(for: settings.host)
                guard credentials != nil else {
                    throw UsageError("`\(file)` has no credentials for `\(settings.host)`")
                }
            }
            return RegistryHost(
                host: settings.host, privateAddressAllowed: settings.allowsPrivateAddress,
                insecureHTTP: settings.usesInsecureHTTP, redirectTo: settings.redirectHosts,
                tokenRealmHosts: settings.tokenRealmHosts,
                certificateAuthorities: try settings.authorityFile.map {
                    try FileSystemSource().read($0, limit: PolicyDocuments.maximumFileBytes)
                },
                credentials: credentials, mirrors: settings.mirrors.compactMap(RegistryMirror.init),
                requestsPerMinute: settings.requestsPerMinute)
        } catch let error as UsageError {
            throw error
        } catch {
            throw UsageError("the registry `\(settings.host)` of the configuration: \(error)")
        }
    }
}

/// Evidence comes from registries.
private struct RegistrySource: EvidenceSource {
    let client: RegistryClient

    func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched {
        await client.fetch(locator, deadline: deadline)
    }

    func credentialsIdentity(for repository: Repository) -> [UInt8] {
        client.credentialsIdentity(for: repository)
    }
}

/// Evidence is kept beside the audit log.
private struct LogKeeper: EvidenceKeeper {
    let log: AuditLog

    func keep(_ evidence: Fetched.Content) -> Bool {
        do {
            _ = try log.keepEvidence(evidence.bytes)
            return true
        } catch {
            return false
        }
    }
}
