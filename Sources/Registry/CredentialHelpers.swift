import Glibc
import Synchronization

/// Asks credential helpers: each once for all who wait, and again after a minute.
public final class CredentialHelpers: Sendable {
    private struct Answer {
        let credentials: RegistryCredentials?
        let end: ContinuousClock.Instant
    }

    private let directories: [String]
    private let environment: [(name: String, value: String)]
    private let patience: Duration
    private let flights = SharedFlight<CredentialHelper, Result<RegistryCredentials?, CredentialHelperError>>()
    private let answers = Mutex<[CredentialHelper: Answer]>([:])

    /// Helpers keep caches of their own. This one is for a hundred repositories that are asked about at once; it is short,
    /// so that what a helper no longer gives out is soon not used any more.
    private static let lifetime = Duration.seconds(60)

    /// - Parameter directories: where the programs are, tried in order; only absolute ones count.
    /// - Parameter environment: all that the programs see of the environment.
    /// - Parameter patience: after this time a program is killed.
    public init(
        directories: [String], environment: [(name: String, value: String)], patience: Duration = .seconds(10)
    ) {
        self.directories = directories.filter { $0.utf8.first == UInt8(ascii: "/") }
        self.environment = environment
        self.patience = patience
    }

    /// The programs in the directories of `PATH`, which see `HOME`, `PATH` and the variables in `names`.
    public static func installed(
        environment: (String) -> String?, passing names: [String], patience: Duration = .seconds(10)
    ) -> CredentialHelpers {
        let directories = (environment("PATH") ?? "").split(separator: ":").map(String.init)
        let seen = (["HOME", "PATH"] + names).compactMap { name in
            environment(name).map { (name: name, value: $0) }
        }
        return CredentialHelpers(directories: directories, environment: seen, patience: patience)
    }

    /// None is ever found.
    public static let none = CredentialHelpers(directories: [], environment: [])

    /// What the helper says now, or said within the last minute; `.success(nil)` if it knows nothing.
    func credentials(of helper: CredentialHelper) async -> Result<RegistryCredentials?, CredentialHelperError> {
        if let known = known(helper) { return .success(known.credentials) }
        let deadline = ContinuousClock.now + patience + CredentialHelpers.margin
        let answer = await flights.value(for: helper, deadline: deadline) { [self] in
            if let known = known(helper) { return .success(known.credentials) }
            let result = await run(helper)
            if case .success(let credentials) = result {
                let answer = Answer(credentials: credentials, end: .now + CredentialHelpers.lifetime)
                answers.withLock { $0[helper] = answer }
            }
            return result
        }
        return answer ?? .failure(.timedOut(after: patience))
    }

    private func known(_ helper: CredentialHelper) -> Answer? {
        answers.withLock { answers in
            guard let answer = answers[helper] else { return nil }
            if answer.end > .now { return answer }
            answers[helper] = nil
            return nil
        }
    }

    private func run(_ helper: CredentialHelper) async -> Result<RegistryCredentials?, CredentialHelperError> {
        guard let path = path(of: helper) else { return .failure(.notInstalled) }
        let program = ChildProgram(path: path, arguments: ["get"], environment: environment)
        return await withCheckedContinuation { continuation in
            // One for each helper at most: who asks for the same waits for the same.
            let isStarted = DetachedThread.run { [self] in
                continuation.resume(returning: ask(helper, through: program, until: .now + patience))
            }
            if !isStarted { continuation.resume(returning: .failure(.notStarted(errno: EAGAIN))) }
        }
    }

    private func ask(
        _ helper: CredentialHelper, through program: ChildProgram, until deadline: ContinuousClock.Instant
    ) -> Result<RegistryCredentials?, CredentialHelperError> {
        do throws(ChildProgram.Failure) {
            let ending = try program.run(
                input: Array(helper.server.utf8), limit: CredentialHelper.maximumOutput, until: deadline)
            do throws(CredentialHelperError) {
                return .success(try helper.credentials(from: ending))
            } catch {
                return .failure(error)
            }
        } catch {
            switch error {
            case .notStarted(let errno): return .failure(.notStarted(errno: errno))
            case .timedOut: return .failure(.timedOut(after: patience))
            case .tooMuchOutput(let limit): return .failure(.tooMuchOutput(limit: limit))
            }
        }
    }

    private func path(of helper: CredentialHelper) -> String? {
        directories.lazy.map { "\($0)/\(helper.program)" }.first { access($0, X_OK) == 0 }
    }

    /// For killing it.
    private static let margin = Duration.seconds(1)
}
