import Admission
import ArgumentParser
import Audit
import Doors
import Logging
import PolicyDocuments
import ServiceLifecycle
import State
import TUFMirror
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer admission requests.",
        discussion: """
            EXAMPLES
              dockgate serve --config gate.yaml

            Runs until SIGTERM or SIGINT, then answers what is in flight and ends. Policies are read again when their files \
            change, and at once on SIGHUP; if they do not load, those in force stay in force. At a start that finds them \
            broken it is the set that was last in force, which the gate keeps in its state directory.
            """)

    @Option(help: "The GateConfiguration document.", completion: .file())
    var config: String

    func run() async throws {
        LargeBlocks.giveBack()
        let logger = Logger(label: "dockgate") { StreamLogHandler.standardError(label: $0) }
        let configuration = try GateConfiguration.loaded(from: config)
        for warning in configuration.warnings { logger.warning("\(warning.description.printable)") }
        guard let listener = configuration.listener else {
            throw UsageError("`\(config.printable)` has no `listen`, which `dockgate serve` needs")
        }
        guard let auditDirectory = configuration.auditDirectory else {
            throw UsageError("`\(config.printable)` has no `audit`; nothing is allowed without a record")
        }
        let log = try AuditLog.opened(in: auditDirectory)
        defer { log.close() }
        if let recovery = log.recovery {
            logger.warning(
                """
                the audit log ended within a write that was never answered: \(recovery.bytesCut) bytes cut from \
                \(recovery.segment)
                """)
        }
        let state = configuration.stateDirectory.flatMap { StateDirectory.opened(in: $0, logger) }
        let saved = state.map(SavedPolicies.init)
        let mirrors = TrustMirrors(in: state, clock: SystemClock.now) { reason in
            logger.error("what mirrors of trusted roots had is not known: the file in the state directory \(reason)")
        }
        let collections = TrustedCollections(in: state) { reason in
            logger.error(
                "what was verified of trusted collections is not known: the file in the state directory \(reason)")
        }
        let formats = Composition.attestorFormats(remembering: collections)
        let initial = try InitialPolicies(
            directory: configuration.policyDirectory, formats: formats, saved: saved, materials: mirrors,
            at: SystemClock.now())
        let memory = GateMemory()
        let composition = try Composition(
            GateSettings(configuration), policies: initial.loaded.policySet, memory: memory, log: log,
            clock: SystemClock.now)
        let policies = PolicyReload(
            directory: configuration.policyDirectory, formats: formats, initial: initial, gate: composition.gate,
            saved: saved, mirrors: mirrors, clock: SystemClock.now, logger: logger)
        await policies.begin(with: initial)
        do {
            let files = ListenerFiles(configuration: listener)
            let watch = MirrorWatch(
                hangups: await UnixSignalsSequence(trapping: .sighup),
                mirrors: mirrors, client: MirrorClient(outbound: composition.outbound), policies: policies,
                clock: SystemClock.now, logger: logger)
            let server = try server(listener, files, configuration, composition.gate, policies, watch)
            let certificates = CertificateWatch(
                rotation: CertificateRotation(of: server, read: files.certificate),
                hangups: await UnixSignalsSequence(trapping: .sighup), logger: logger)
            let services: [any Service] = [
                GateService(server: server, address: listener.address, logger: logger), certificates,
                PolicyWatch(hangups: await UnixSignalsSequence(trapping: .sighup), policies: policies),
                watch,
            ]
            // They end in the opposite order: what is learned while the gate drains is kept too.
            let keeper = state.map {
                MemoryKeeper(of: memory, collections, in: $0, asking: initial.loaded.policySet, logger)
            }
            try await run((keeper.map { [$0] } ?? []) + services, logger)
        } catch {
            await composition.shutdown()
            throw error
        }
        await composition.shutdown()
    }

    private func run(_ services: [any Service], _ logger: Logger) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        do {
            try await group.run()
        } catch let error as ServerError {
            throw UsageError(error.description)
        }
    }

    private func server(
        _ listener: ListenerConfiguration, _ files: ListenerFiles, _ configuration: GateConfiguration, _ gate: Gate,
        _ policies: PolicyReload, _ mirrors: MirrorWatch
    ) throws -> Server {
        let certificate: ServingCertificate
        do {
            certificate = try files.certificate()
        } catch {
            throw UsageError("the listener of the configuration: \(error)")
        }
        let door = ValidateDoor(gate: gate, placeholders: configuration.templatePlaceholders, clock: SystemClock.now)
        return Server(
            host: listener.address.host, port: listener.address.port, certificate: certificate,
            routes: [Route("/validate", door)],
            readiness: [
                ReadinessCheck("policies", remark: { policies.remark }, problem: { nil }),
                ReadinessCheck("trusted-roots", remark: { mirrors.remark }, problem: { nil }),
                ReadinessCheck("audit-log") { gate.isReady ? nil : "the audit log cannot be written" },
            ], clock: SystemClock.now)
    }
}

/// The gate as a service: it listens until it is told to end, then drains.
private struct GateService: Service {
    let server: Server
    let address: ListenAddress
    let logger: Logger

    /// Longer than any request may take (the API server waits 30 s at the most, but asks for 10), shorter than
    /// Kubernetes waits before it kills.
    private static let drainTime = Duration.seconds(15)

    func run() async throws {
        let port = try await server.start()
        logger.info("ready, listening at \(address.host):\(port)")
        try? await gracefulShutdown()
        logger.info("draining")
        await server.shutdown(within: GateService.drainTime)
        logger.info("ended")
    }
}
