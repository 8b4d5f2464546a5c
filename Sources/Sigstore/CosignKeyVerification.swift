import Cryptography
import OCI
public import Trust

/// Asks for the signatures that cosign keeps beside an image and judges them by keys.
///
/// It fetches the signature manifest, then each distinct payload, and passes if at least one signature is genuine and
/// about this image. A payload that could not be fetched leaves the outcome open unless another signature passes.
public struct CosignKeyVerification: Verification {
    private let trust: CosignTrust
    private let subject: Subject
    /// Where the signatures are, the image's own repository unless the policy names another.
    private let repository: Repository
    private var state = State.initial
    /// In order: first the signature manifest, then the payloads.
    private var asked: [Locator] = []

    private enum State {
        case initial
        case awaitingManifest(Locator)
        case awaitingPayloads([CosignSignature])
        case finished(Step)
    }

    init(of subject: Subject, in repository: Repository, by trust: CosignTrust) {
        self.subject = subject
        self.repository = repository
        self.trust = trust
    }

    public mutating func next(_ received: [Locator: Fetched]) -> Step {
        do throws(CosignFinding) {
            switch state {
            case .initial:
                let locator = try CosignSignatureLayout.locator(of: subject, in: repository)
                state = .awaitingManifest(locator)
                return fetch([locator])
            case .awaitingManifest(let locator):
                return try readManifest(received[locator])
            case .awaitingPayloads(let signatures):
                return judge(signatures, payloads: received)
            case .finished(let step):
                return step
            }
        } catch {
            return finish(.violated(refusal(error)), basis: asked)
        }
    }

    private mutating func readManifest(_ fetched: Fetched?) throws(CosignFinding) -> Step {
        switch fetched {
        case .found(let content):
            let signatures = try CosignSignatureLayout(reading: content).signatures
            let locators = distinct(signatures.compactMap { $0.payloadLocator(in: repository) })
            guard !locators.isEmpty else { return judge(signatures, payloads: [:]) }
            state = .awaitingPayloads(signatures)
            return fetch(locators)
        case .absent:
            throw CosignFinding(
                .signatureMissing,
                "no signatures: there is no tag `\(subject.digest.tagPrefix).sig` in `\(repository)`",
                cure: """
                    sign it with `cosign sign --key KEY \(subject.repository)@\(subject.digest)`, from cosign 3 on with \
                    `--new-bundle-format=false --use-signing-config=false`
                    """)
        case .violated(let refusal): return finish(.violated(refusal), basis: asked)
        case .undetermined(let refusal): return finish(.undetermined(refusal), basis: asked)
        case nil: return finish(.undetermined(unanswered), basis: asked)
        }
    }

    /// One genuine signature about this image is enough. Whatever refuses or leaves it open rests on all that was asked for.
    private mutating func judge(_ signatures: [CosignSignature], payloads: [Locator: Fetched]) -> Step {
        let hashed = hash(payloads)
        var signers: [Signer] = []
        var signed: Set<Locator> = []
        var refusals: [CosignSignatureRefusal] = []
        var firstUndetermined: Refusal?
        for signature in signatures {
            let locator = signature.payloadLocator(in: repository)
            switch judge(signature, locator.flatMap { payloads[$0] }, locator.flatMap { hashed[$0] }) {
            case .success(.signed(let keys)):
                signers += keys.map { .key(fingerprint: $0.fingerprint) }
                if let locator { signed.insert(locator) }
            case .success(.refused(let refusal)): refusals.append(refusal)
            case .failure(let refusal): firstUndetermined = firstUndetermined ?? refusal
            }
        }
        if !signers.isEmpty {
            let basis = asked.prefix(1) + asked.dropFirst().filter { signed.contains($0) }
            return finish(.passed(signers: distinct(signers)), basis: Array(basis))
        }
        if let firstUndetermined { return finish(.undetermined(firstUndetermined), basis: asked) }
        return finish(.violated(refusal(CosignFinding(of: refusals, by: trust, about: subject))), basis: asked)
    }

    /// Each payload once, however many layers share it and however many keys it is held against.
    private func hash(_ payloads: [Locator: Fetched]) -> [Locator: HashedMessage] {
        payloads.compactMapValues { fetched in
            guard case .found(let content) = fetched else { return nil }
            return HashedMessage(content.bytes, with: trust.hashFunctions.union([.sha256]))
        }
    }

    /// A failure is what could not be looked at.
    private func judge(
        _ signature: CosignSignature, _ payload: Fetched?, _ message: HashedMessage?
    ) -> Result<CosignSignatureJudgement, Refusal> {
        switch signature {
        case .malformed(let reason): return .success(.refused(.malformed(reason)))
        case .presented(let bytes, let digest, let size):
            switch payload {
            case .found:
                // Whoever fetched it has compared both; a signature is not judged on the word of another room.
                guard let message, message.content.count == size, digest.matches(message) else {
                    return .success(.refused(.malformed("its payload is not the one that its layer describes")))
                }
                return .success(.init(signature: bytes, payload: message, by: trust, about: subject))
            case .absent: return .success(.refused(.malformed("its payload `\(digest)` does not exist")))
            case .violated(let refusal): return .success(.refused(.payloadViolated(refusal)))
            case .undetermined(let refusal): return .failure(refusal)
            case nil: return .failure(unanswered)
            }
        }
    }

    private mutating func fetch(_ locators: [Locator]) -> Step {
        asked += locators
        return .fetch(locators)
    }

    private mutating func finish(_ outcome: VerificationOutcome, basis: [Locator]) -> Step {
        let step = Step.outcome(outcome, basis: basis)
        state = .finished(step)
        return step
    }

    private func refusal(_ finding: CosignFinding) -> Refusal {
        Refusal(finding.reason, found: finding.found, expected: trust.expected, cure: finding.cure)
    }

    private var unanswered: Refusal {
        Refusal(.internalError, found: "no answer for what was asked for", expected: trust.expected)
    }
}

/// The elements without repetitions, in their order.
private func distinct<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
}
