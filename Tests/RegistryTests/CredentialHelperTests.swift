import Cryptography
import Foundation
import OCI
import Outbound
@testable import Registry
import TestSupport
import Testing
import Trust

/// A directory with programs in it, gone with its last reference.
private final class Programs: Sendable {
    let directory: String
    let helper: CredentialHelper

    init() throws {
        helper = try .named("test", of: "registry.example.com")
        directory =
            FileManager.default.temporaryDirectory.path + "/dockgate-helpers-" + SecureRandom.bytes(8).hexadecimal
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// A shell script `docker-credential-NAME`.
    func write(_ script: String, as name: String = "test") throws {
        let file = path("docker-credential-\(name)")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    }

    func text(_ name: String) -> String {
        FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func helpers(
        patience: Duration = .seconds(60), environment: [(name: String, value: String)] = []
    ) -> CredentialHelpers {
        CredentialHelpers(directories: [directory], environment: environment, patience: patience)
    }

    /// What comes of asking one whose script this is.
    func ask(
        _ script: String, patience: Duration = .seconds(60), environment: [(name: String, value: String)] = []
    ) async throws -> Result<RegistryCredentials?, CredentialHelperError> {
        try write(script)
        return await ask(helpers(patience: patience, environment: environment))
    }

    /// Once more while another test, which starts a program at this moment, still holds the script open for writing.
    func ask(
        _ helpers: CredentialHelpers, about other: CredentialHelper? = nil
    ) async -> Result<RegistryCredentials?, CredentialHelperError> {
        while true {
            let outcome = await helpers.credentials(of: other ?? helper)
            guard outcome.error == .notStarted(errno: ETXTBSY) else { return outcome }
        }
    }
}

extension CredentialHelper {
    fileprivate static func named(_ name: String, of server: String) throws -> CredentialHelper {
        try #require(CredentialHelper(name: name, server: server))
    }
}

extension Result where Success == RegistryCredentials?, Failure == CredentialHelperError {
    fileprivate var error: CredentialHelperError? {
        if case .failure(let error) = self { error } else { nil }
    }
}

@Suite struct CredentialHelperTests {
    private let programs: Programs

    init() throws {
        programs = try Programs()
    }

    private func answer(_ user: String, _ secret: String) -> String {
        #"echo '{"ServerURL":"x","Username":"\#(user)","Secret":"\#(secret)"}'"#
    }

    // MARK: What it says

    @Test("a helper is asked `get` with the registry on its standard input; a user `<token>` means an identity token")
    func answers() async throws {
        let script = "echo \"$0 $*\" > '\(programs.path("arguments"))'; cat > '\(programs.path("input"))'; "
        let password = try await programs.ask(script + answer("robot", "secret"))
        #expect(try password.get() == .password(user: "robot", password: "secret"))
        #expect(programs.text("input") == "registry.example.com")
        #expect(programs.text("arguments") == "\(programs.path("docker-credential-test")) get\n")
        #expect(try await programs.ask(answer("<token>", "refresh")).get() == .identityToken("refresh"))
    }

    @Test("a helper sees no variable but those it may, and none of our sockets")
    func isolation() async throws {
        // As a library opens it: without close-on-exec.
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        let script = """
            env > '\(programs.path("environment"))'
            ls -l /proc/$$/fd > '\(programs.path("descriptors"))'
            """
        let outcome = try await programs.ask(
            script + "\n" + answer("robot", "secret"),
            environment: [("PATH", "/usr/bin:/bin"), ("AWS_REGION", "eu")])
        #expect(outcome.error == nil, "\(outcome)")
        let names = programs.text("environment").split(separator: "\n").compactMap { $0.split(separator: "=").first }
        // The shell adds some of its own.
        #expect(Set(names).subtracting(["PWD", "OLDPWD", "SHLVL", "_"]) == ["AWS_REGION", "PATH"])
        let descriptors = programs.text("descriptors")
        #expect(descriptors.contains("0 -> pipe:") && descriptors.contains("1 -> pipe:"), "\(descriptors)")
        #expect(!descriptors.contains("socket:") && !descriptors.contains("anon_inode:"), "\(descriptors)")
    }

    @Test("R21: a helper that prints `credentials not found` means that nothing is known, which is to ask anonymously")
    func notFound() async throws {
        let outcome = try await programs.ask("echo credentials not found in native keychain; exit 1")
        #expect(try outcome.get() == nil)
    }

    @Test(
        "R21: a helper that fails, or answers with something else, gives nothing, and nothing of it is shown",
        arguments: [
            ("echo canary; exit 1", CredentialHelperError.failed(status: 1)), ("exit 127", .failed(status: 127)),
            ("kill -9 $$", .failed(status: nil)), ("echo canary", .malformed), ("", .malformed),
            (#"echo '{"Username":"robot","Secret":""}'"#, .malformed), (#"echo '{"Username":"canary"}'"#, .malformed),
            (#"echo '{"Username":"","Secret":"canary"}'"#, .malformed),
            (#"echo '{"Username":"a:b","Secret":"canary"}'"#, .malformed),
            (#"echo '{"Username":"a","Username":"b","Secret":"canary"}'"#, .malformed),
            // Who found something, and says so, is not believed if it also failed.
            (#"echo '{"Username":"a","Secret":"canary"}'; exit 2"#, .failed(status: 2)),
        ])
    func failures(script: String, expected: CredentialHelperError) async throws {
        let error = try await programs.ask(script).error
        #expect(error == expected)
        #expect(!"\(String(describing: error))".contains("canary"))
    }

    @Test("R21: a helper that hangs is killed with all that it started when its time is over")
    func hangs() async throws {
        let start = ContinuousClock.now
        let script = "sleep 60 & echo $! > '\(programs.path("child"))'; wait"
        let outcome = try await programs.ask(script, patience: .milliseconds(500))
        #expect(outcome.error == .timedOut(after: .milliseconds(500)))
        #expect(ContinuousClock.now - start < .seconds(40))
        let child = try #require(Int32(programs.text("child").dropLast()))
        let isGone = await eventually { Self.isGone(child) }
        #expect(isGone, "what the helper started lives on")
    }

    @Test("R21: a helper that closes its output and goes on is killed as well")
    func lingers() async throws {
        let outcome = try await programs.ask("exec >&-; exec sleep 60", patience: .milliseconds(300))
        #expect(outcome.error == .timedOut(after: .milliseconds(300)))
    }

    @Test("R21: a helper that prints 100 MiB is killed at 1 MiB")
    func floods() async throws {
        let outcome = try await programs.ask("head -c 104857600 /dev/zero; echo done > '\(programs.path("done"))'")
        #expect(outcome.error == .tooMuchOutput(limit: 1 << 20))
        #expect(programs.text("done").isEmpty)
    }

    @Test("a helper that is not there, or no program, is told apart")
    func notInstalled() async throws {
        #expect(await programs.helpers().credentials(of: programs.helper).error == .notInstalled)
        #expect(await CredentialHelpers.none.credentials(of: programs.helper).error == .notInstalled)
        let relative = CredentialHelpers(directories: [".", "", "bin"], environment: [])
        #expect(await relative.credentials(of: programs.helper).error == .notInstalled)
        try programs.write("exit 0")
        let file = programs.path("docker-credential-test")
        try Data("neither a script nor a program".utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        #expect(await programs.helpers().credentials(of: programs.helper).error == .notStarted(errno: ENOEXEC))
    }

    @Test("helpers are found in the directories of `PATH`, and see `HOME`, `PATH` and what is named")
    func installed() async throws {
        try programs.write("env > '\(programs.path("environment"))'\n" + answer("robot", "secret"))
        let variables = ["PATH": "/nowhere:\(programs.directory):/usr/bin:/bin", "HOME": "/h", "A": "1", "SECRET": "2"]
        let helpers = CredentialHelpers.installed(
            environment: { variables[$0] }, passing: ["A", "B"], patience: .seconds(60))
        let outcome = await programs.ask(helpers)
        #expect(outcome.error == nil, "\(outcome)")
        let seen = programs.text("environment")
        #expect(seen.contains("HOME=/h") && seen.contains("A=1"))
        #expect(!seen.contains("SECRET") && !seen.contains("B="))
    }

    @Test("who asks at the same time, or within a minute, shares one answer; a failure is not kept")
    func shared() async throws {
        let count = "echo . >> '\(programs.path("count"))'; "
        try programs.write(count + "sleep 0.1; " + answer("robot", "secret"))
        let helpers = programs.helpers()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = await programs.ask(helpers) } }
        }
        _ = await helpers.credentials(of: programs.helper)
        #expect(programs.text("count") == ".\n")

        try programs.write(count + "exit 1", as: "failing")
        let failing = try CredentialHelper.named("failing", of: "a.example")
        for _ in 0..<2 { _ = await programs.ask(helpers, about: failing) }
        #expect(programs.text("count") == ".\n.\n.\n")
    }

    @Test("no descriptor is left behind, whatever became of the helper")
    func descriptors() async throws {
        // Descriptors of pipes: other tests in this process open sockets and files meanwhile, and now and then a pipe.
        func pipes() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?
                    .hasPrefix("pipe:") == true
            }
        }
        let before = try pipes()
        for script in ["exit 1", answer("robot", "secret"), "head -c 2000000 /dev/zero", "sleep 9"] {
            for _ in 0..<25 { _ = try await programs.ask(script, patience: .milliseconds(100)) }
        }
        // A leak would leave two for each of a hundred helpers.
        #expect(try pipes() - before < 50)
    }

    // MARK: What it is for

    @Test("a registry that asks is told what the helper knows, a registry that does not ask has no helper started")
    func registry() async throws {
        try programs.write("echo . >> '\(programs.path("count"))'; " + answer("robot", "canary-secret"))
        let helpers = programs.helpers()
        for (authentication, count) in [
            (SimulatedAuthentication.none, 0), (.basic(user: "robot", password: "canary-secret"), 1),
            (.bearer(user: "robot", password: "canary-secret"), 2),
        ] {
            try await withRegistrySimulator(authentication: authentication) { simulator in
                let digest = simulator.pushImage(to: "team/app", tag: "1")
                let helper = try CredentialHelper.named("test", of: simulator.authority)
                try await withRegistry([simulator.host(source: .helper(helper))], helpers: helpers) { registry in
                    let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
                    #expect(fetched.content?.digest == digest)
                }
            }
            #expect(programs.text("count").split(separator: "\n").count == count)
        }
    }

    @Test("R21: a helper that fails is a refusal with its cure; one that knows nothing leaves us anonymous")
    func refusal() async throws {
        let authentication = SimulatedAuthentication.basic(user: "robot", password: "canary-secret")
        for (script, mark) in [
            ("echo canary-secret; exit 1", "the credential helper `docker-credential-test` failed with status 1"),
            ("echo credentials not found in native keychain; exit 1", "none are known for it"),
        ] {
            try programs.write(script)
            try await withRegistrySimulator(authentication: authentication) { simulator in
                let helper = try CredentialHelper.named("test", of: simulator.authority)
                let host = simulator.host(source: .helper(helper))
                try await withRegistry([host], helpers: programs.helpers()) { registry in
                    let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
                    #expect(fetched.obstacle == .registryDenied)
                    let refusal = try #require(fetched.refusal)
                    #expect(refusal.found.contains(mark), "\(refusal.found)")
                    #expect(!"\(refusal)".contains("canary"))
                }
                #expect(simulator.requests.count == 1)
            }
        }
        // A public repository needs nobody's credentials.
        try await withRegistrySimulator(authentication: .bearer()) { simulator in
            let digest = simulator.pushImage(to: "team/app", tag: "1")
            let host = simulator.host(source: .helper(try CredentialHelper.named("test", of: simulator.authority)))
            try await withRegistry([host], helpers: programs.helpers()) { registry in
                let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
                #expect(fetched.content?.digest == digest)
            }
        }
    }

    private static func isGone(_ process: Int32) -> Bool {
        // Whoever adopts orphans may be slow to collect them: then it is dead all the same.
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return true }
        return String(decoding: data, as: UTF8.self).contains(") Z ")
    }

    private func eventually(_ condition: () -> Bool) async -> Bool {
        for _ in 0..<500 {
            if condition() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
