public import OCI

/// The name that an image must have been signed under: what the `docker-reference` of a signature has to say.
///
/// The rules are those of containers-policy.json(5) that can be held against an image of which only the digest is known.
public enum SignedIdentity: Hashable, Sendable {
    /// The image's own repository: a signature made for a staging repository is not good elsewhere, though the bytes of the
    /// image are the same.
    case repository
    /// Any name; this is what cosign itself does.
    case ignore
    /// This repository, wherever the image comes from.
    case exactRepository(Repository)
    /// This very reference, with its tag or digest, wherever the image comes from.
    case exactReference(ImageReference)
    /// For an image below `prefix` the name that it has below `signedPrefix`, as copies keep the signatures of where they
    /// were copied from; for every other image its own repository.
    case moved(prefix: RepositoryPrefix, signedPrefix: RepositoryPrefix)

    /// Whether a signature with this `docker-reference` is for an image in `repository`. The reference is read as every
    /// other one is, so `nginx:1.27` names `docker.io/library/nginx`.
    func accepts(_ dockerReference: String, for repository: Repository) -> Bool {
        guard self != .ignore else { return true }
        guard let signed = try? ImageReference(parsing: dockerReference) else { return false }
        if case .exactReference(let reference) = self {
            return signed == reference && SignedIdentity.isVersioned(dockerReference)
        }
        return signed.repository == signedRepository(of: repository)
    }

    /// Whether a signature without any name is refused. One name alone being good, it has to be there; the other rules only
    /// keep a signature from being used under a name that it was not made for.
    var needsName: Bool {
        switch self {
        case .exactRepository, .exactReference: true
        case .repository, .ignore, .moved: false
        }
    }

    /// The rule, as the end of a sentence that begins with "made for".
    var explanation: String {
        switch self {
        case .repository: "the image's own repository"
        case .ignore: "any name"
        case .exactRepository(let repository): "`\(repository)`"
        case .exactReference(let reference): "`\(reference)`"
        case .moved(let prefix, let signedPrefix):
            "the name that an image below `\(prefix)` has below `\(signedPrefix)`, or else its own repository"
        }
    }

    /// What a signature has to say of an image in `repository`, for messages.
    func expectation(for repository: Repository) -> String {
        switch self {
        case .exactReference(let reference): return reference.description
        // A registry alone, if that is all that is left to name.
        case .moved(_, let signedPrefix): return signedRepository(of: repository)?.description ?? "\(signedPrefix)"
        case .repository, .ignore: return repository.description
        case .exactRepository(let name): return name.description
        }
    }

    /// Nil if there is no such name.
    private func signedRepository(of repository: Repository) -> Repository? {
        switch self {
        case .repository, .ignore: repository
        case .exactRepository(let name): name
        case .exactReference(let reference): reference.repository
        case .moved(let prefix, let signedPrefix):
            prefix.contains(repository) ? prefix.moving(repository, to: signedPrefix) : repository
        }
    }

    /// Whether a tag or a digest is written: nobody has signed `latest` who has not said so.
    static func isVersioned(_ reference: String) -> Bool {
        guard let written = try? WrittenReference(parsing: reference) else { return false }
        return written.tag != nil || written.digest != nil
    }
}
