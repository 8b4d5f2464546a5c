import ContentTrust
import Cryptography
import Foundation
import OCI
import Timestamp
import Trust

/// What is said of an image.
enum Verdict: Equatable {
    /// By the word of these roles.
    case allowed(by: [String])
    case denied(ReasonCode)
    case undetermined(ReasonCode)
}

/// What a policy asks of a collection.
struct Rules {
    /// Public keys or certificates in PEM.
    var rootKeys: [[UInt8]]
    var signers = Signers.releases
    var rememberSigned: Duration?

    enum Signers {
        case releases
        case allOf([String])
        case anyOf([String])
    }
}

/// An attestor `contentTrust`, and what it remembers from one image to the next.
final class Gate {
    private let world: World
    private let rules: Rules
    private let memory = ForgetfulMemory()
    /// What was asked for the last image.
    private(set) var asked: [String] = []
    /// Why the last image was refused, in words; of one that was allowed, why the server was not heard.
    private(set) var words = ""

    init(_ world: World, _ rules: Rules) { (self.world, self.rules) = (world, rules) }

    /// Pins the root key that the server has now.
    convenience init(
        _ world: World, signers: Rules.Signers = .releases, rememberSigned: Duration? = nil
    ) throws {
        let rules = Rules(rootKeys: [try world.rootKey()], signers: signers, rememberSigned: rememberSigned)
        self.init(world, rules)
    }

    /// - Parameters:
    ///   - tag: what it stands for in the registry is judged.
    ///   - later: how far the gate's clock is ahead of the server's.
    func verdict(_ tag: String, later: Duration = .zero) throws -> Verdict {
        try verdict(tag, try world.image(tag), later)
    }

    func verdict(_ image: PushedImage, later: Duration = .zero) throws -> Verdict { try verdict(nil, image, later) }

    private func verdict(_ tag: String?, _ image: PushedImage, _ later: Duration) throws -> Verdict {
        let now = Instant(secondsSince1970: Int64(Date().timeIntervalSince1970)) + later
        let attestor = try ContentTrustFormat(memory: memory, clock: { now }).load(fields)
        let repository = try Repository(parsing: world.name)
        var verification = attestor.verification(of: Subject(repository: repository, digest: image.digest, tag: tag))
        (asked, words) = ([], "")
        var received: [Locator: Fetched] = [:]
        for _ in 0..<maximumVerificationSteps {
            switch verification.next(received) {
            case .fetch(let locators): received = try fetch(locators)
            case .outcome(let outcome, _): return verdict(outcome)
            }
        }
        throw CommandFailure("no outcome after \(maximumVerificationSteps) steps: \(asked)")
    }

    private func verdict(_ outcome: VerificationOutcome) -> Verdict {
        switch outcome {
        case .passed(let signatures, let unseen):
            words = unseen?.found ?? ""
            return .allowed(by: signatures.compactMap { if case .role(let role) = $0.source { role } else { nil } })
        case .violated(let refusal):
            words = refusal.found
            return .denied(refusal.reason)
        case .undetermined(let refusal):
            words = refusal.found
            return .undetermined(refusal.reason)
        }
    }

    private func fetch(_ locators: [Locator]) throws -> [Locator: Fetched] {
        var received: [Locator: Fetched] = [:]
        for locator in locators {
            guard case .trustMetadata(let collection, let name, let limit) = locator else { continue }
            asked.append(name.path)
            received[locator] = answer(name.path, of: collection.name, limit: limit)
        }
        return received
    }

    private func answer(_ path: String, of name: String, limit: Int) -> Fetched {
        do {
            guard let bytes = try world.server.document(path, of: name) else { return .absent }
            guard bytes.count <= limit else {
                return .violated(Refusal(.limitExceeded, found: "\(bytes.count) bytes", expected: "\(limit)"))
            }
            return .found(.init(bytes: bytes, digest: .sha256(of: bytes), mediaType: nil))
        } catch {
            return .undetermined(Refusal(.trustServerUnavailable, found: "\(error)", expected: "an answer"))
        }
    }

    /// The attestor's fields, as the loader of policy documents hands them over.
    private var fields: FieldValue {
        let place = SourcePosition(file: "attestor.yaml", line: 1, column: 1)
        func text(_ value: String) -> FieldValue { FieldValue(.text(value), at: place) }
        func list(_ values: [FieldValue]) -> FieldValue { FieldValue(.list(values), at: place) }
        let keys = rules.rootKeys.map { bytes in
            let file = FieldValue(.file(FileContent(path: "root.pem", bytes: bytes)), at: place)
            return FieldValue(.object([("file", file)]), at: place)
        }
        var members = [("server", text(world.server.address)), ("rootKeys", list(keys))]
        switch rules.signers {
        case .releases: break
        case .allOf(let names):
            members.append(("signers", FieldValue(.object([("allOf", list(names.map(text)))]), at: place)))
        case .anyOf(let names):
            members.append(("signers", FieldValue(.object([("anyOf", list(names.map(text)))]), at: place)))
        }
        if let time = rules.rememberSigned {
            members.append(("rememberSigned", FieldValue(.duration(time), at: place)))
        }
        return FieldValue(.object(members.map { (name: $0.0, value: $0.1) }), at: place)
    }
}

extension Duration {
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
