import OCI
public import Timestamp

/// Which manifests a signature may be about, where an image is an index of manifests for several platforms.
public enum SignedManifest: String, CaseIterable, Hashable, Sendable {
    /// The one that was asked for: of an image for several platforms its index.
    case index
    /// Every one that an index lists for a platform, since each of them may be what runs.
    case platform
    /// The index, or every one that it lists.
    case either
}

/// Verifies what an index lists for platforms, one verification for each, beside that of the index if either will do.
///
/// The index is bound to the image by its digest, and its entries to it, so what is believed of all of them is believed of
/// the image. An image that is no index stands for itself. Passed over are entries for the platform `unknown/unknown`, which
/// no runtime looks for: builders keep their attestations there. Refused are an index in an index, more platforms than
/// `maximumPlatforms` and an index that lists none.
public struct PlatformVerification: Verification {
    /// Official images have a dozen. Each is looked for by itself, with requests of its own.
    public static let maximumPlatforms = 32

    private let manifest: Locator
    private let verification: @Sendable (Subject) -> any Verification
    private let subject: Subject
    /// That of the very manifest that was asked for, if it counts.
    private var whole: Part?
    private var platforms: [Part] = []
    /// All that was asked for about them, in order.
    private var askedOfPlatforms: [Locator] = []
    private var allowance = PlatformAllowance()
    /// Why the platforms cannot be told.
    private var failure: VerificationOutcome?
    private var stage = Stage.unasked

    /// How far the image's manifest is.
    private enum Stage {
        case unasked, asked, opened
    }

    /// - Parameter verification: what is asked of one manifest.
    public init(
        of subject: Subject, either: Bool, by verification: @escaping @Sendable (Subject) -> any Verification
    ) {
        self.subject = subject
        self.verification = verification
        manifest = .manifest(subject.repository, .digest(subject.digest))
        if either { whole = Part(name: "the index", verification(subject)) }
    }

    public mutating func next(_ received: [Locator: Fetched]) -> Step {
        var asked: [Locator] = []
        switch stage {
        case .unasked: (asked, stage) = ([manifest], .asked)
        case .asked:
            open(received[manifest])
            stage = .opened
        case .opened: break
        }
        asked += whole?.advance(received) ?? []
        asked += advancePlatforms(received)
        guard asked.isEmpty else { return .fetch(asked.distinct) }
        let ofPlatforms = failure == nil ? platforms.flatMap(\.basis) : askedOfPlatforms
        return .outcome(outcome, basis: ([manifest] + (whole?.basis ?? []) + ofPlatforms).distinct)
    }

    /// As long as each of those counts that it was put together from.
    public var countsUntil: Instant? { ([whole].compactMap(\.self) + platforms).compactMap(\.countsUntil).min() }

    /// What is to be asked about the platforms now; nothing more if that is too much.
    private mutating func advancePlatforms(_ received: [Locator: Fetched]) -> [Locator] {
        var asked: [Locator] = []
        for place in platforms.indices { asked += platforms[place].advance(received) }
        asked = asked.distinct
        guard allowance.take(asked, after: received) else {
            failure = .violated(PlatformAllowance.exceeded)
            platforms = []
            return []
        }
        askedOfPlatforms += asked
        return asked
    }

    private var outcome: VerificationOutcome {
        let ofPlatforms = failure ?? .ofAll(platforms.compactMap { part in part.outcome.map { (part.name, $0) } })
        guard let ofWhole = whole?.outcome else { return ofPlatforms }
        // An image without platforms stands for itself.
        guard failure != nil || !platforms.isEmpty else { return ofWhole }
        return .ofEither(ofWhole, ofPlatforms)
    }
}

// MARK: - The manifests

extension PlatformVerification {
    private mutating func open(_ answer: Fetched?) {
        switch answer {
        case .found(let content): read(content)
        case .absent:
            failure = .violated(
                Refusal(
                    .imageNotFound, found: "no manifest `\(subject.digest)` in `\(subject.repository)`",
                    expected: "the image's manifest"))
        case .violated(let refusal): failure = .violated(refusal)
        case .undetermined(let refusal): failure = .undetermined(refusal)
        case nil:
            failure = .undetermined(
                Refusal(.internalError, found: "no answer for the image's manifest", expected: "an answer"))
        }
    }

    private mutating func read(_ content: Fetched.Content) {
        do throws(ManifestError) {
            switch try Manifest(parsing: content.bytes, contentType: content.mediaType) {
            case .image: whole = whole ?? Part(name: "the image", verification(subject))
            case .index(let list): platforms = try parts(of: list)
            }
        } catch {
            failure = .violated(
                Refusal(
                    error.reason, found: "an index whose platforms cannot be told: \(error)",
                    expected: "manifests of platforms, each of which may be signed"))
        }
    }

    private func parts(of list: ImageIndex) throws(ManifestError) -> [Part] {
        var parts: [Part] = []
        var seen: Set<Digest> = []
        for (place, entry) in list.manifests.enumerated() where entry.mayRun && seen.insert(entry.digest).inserted {
            guard !MediaType.isIndex(entry.mediaType) else {
                throw .unsupported(
                    path: "$.manifests[\(place)].mediaType", found: "an index in an index", expected: "a manifest")
            }
            let platform = entry.platform.map { String(quoting: $0.description.utf8) } ?? "no platform"
            let subject = Subject(repository: subject.repository, digest: entry.digest)
            parts.append(Part(name: "`\(platform)` (\(entry.digest))", verification(subject)))
        }
        guard parts.count <= PlatformVerification.maximumPlatforms else {
            throw .limitExceeded(
                path: "$.manifests", found: parts.count, limit: PlatformVerification.maximumPlatforms)
        }
        guard !parts.isEmpty else {
            throw .malformed(path: "$.manifests", found: "no platform", expected: "at least one")
        }
        return parts
    }
}

extension ManifestError {
    fileprivate var reason: ReasonCode {
        switch self {
        case .limitExceeded: .limitExceeded
        case .unsupported: .manifestUnsupported
        case .notJSON, .confusing, .malformed, .unsupportedDigestAlgorithm: .manifestInvalid
        }
    }
}

extension Descriptor {
    /// Whether a runtime may choose it. One without a platform is for any of them.
    fileprivate var mayRun: Bool {
        guard let platform else { return true }
        return
            !(platform.os.utf8.elementsEqual("unknown".utf8)
            && platform.architecture.utf8.elementsEqual("unknown".utf8))
    }
}

// MARK: - One of the verifications

extension PlatformVerification {
    /// The verification of one manifest.
    private struct Part: Sendable {
        /// For sentences.
        let name: String
        private var verification: any Verification
        private var hasBegun = false
        private(set) var outcome: VerificationOutcome?
        private(set) var basis: [Locator] = []
        var countsUntil: Instant? { verification.countsUntil }

        init(name: String, _ verification: any Verification) {
            (self.name, self.verification) = (name, verification)
        }

        /// One step, unless it is done: what it asks for.
        mutating func advance(_ received: [Locator: Fetched]) -> [Locator] {
            guard outcome == nil else { return [] }
            defer { hasBegun = true }
            switch verification.next(hasBegun ? received : [:]) {
            case .fetch(let locators): return locators
            case .outcome(let outcome, let basis):
                (self.outcome, self.basis) = (outcome, basis)
                return []
            }
        }
    }
}

extension [Locator] {
    fileprivate var distinct: [Locator] {
        var seen: Set<Locator> = []
        return filter { seen.insert($0).inserted }
    }
}
