import Admission
import Audit
import Logging
import PolicyDocuments
import PolicyEngine
import State

/// What the gate is put together from: the configuration, or what the command line says instead.
struct GateSettings {
    let name: String
    let policyDirectory: String
    let notVouched: Enforcement
    let mode: GateMode
    let registries: [RegistrySettings]
    /// Beside those that `registries` lists: for a command, what its user has named elsewhere.
    var trustServers: [TrustServerSettings] = []
    /// Nil if the environment may name one.
    let proxy: ProxySettings?
    /// Variables of the environment that credential helpers may see.
    let helperEnvironment: [String]
    /// Exact words that stand for an image in a template.
    let templatePlaceholders: [String]

    init(_ configuration: GateConfiguration) {
        name = configuration.name
        policyDirectory = configuration.policyDirectory
        notVouched = configuration.notVouched
        mode = configuration.mode
        registries = configuration.registries
        proxy = configuration.proxy
        helperEnvironment = configuration.helperEnvironment
        templatePlaceholders = configuration.templatePlaceholders
    }

    /// Policies alone: registries are asked anonymously, and everything is refused that nobody vouches for.
    init(policyDirectory: String) {
        name = "check"
        self.policyDirectory = policyDirectory
        notVouched = .deny
        mode = .enforce
        registries = []
        proxy = nil
        helperEnvironment = []
        templatePlaceholders = []
    }
}

extension AuditLog {
    static func opened(in directory: String) throws(UsageError) -> AuditLog {
        do { return try open(directory: directory) } catch { throw UsageError(error.description) }
    }
}

extension StateDirectory {
    /// Nil if the gate remembers nothing between runs, which is told and keeps it from nothing else.
    static func opened(in directory: String, _ logger: Logger) -> StateDirectory? {
        do {
            return try open(directory)
        } catch {
            logger.error("nothing is remembered between runs: \(error.description.printable)")
            return nil
        }
    }
}

extension GateConfiguration {
    static func loaded(from file: String) throws(UsageError) -> GateConfiguration {
        do {
            return try load(file: file)
        } catch {
            throw UsageError(error)
        }
    }
}
