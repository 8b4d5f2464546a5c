import Cryptography
import StrictJSON

/// The credentials of a Docker `config.json`, which is also what a Kubernetes secret of type
/// `kubernetes.io/dockerconfigjson` holds.
///
/// Understood are `credHelpers`, `credsStore`, and `auths` with `auth`, `username` and `password`, `identitytoken` and
/// `registrytoken`. As for Docker, a helper that is named for a registry, or for all, stands for everything in `auths`.
public struct DockerConfiguration: Sendable {
    private let entries: [(key: String, credentials: RegistryCredentials)]
    /// Names of programs by registry.
    private let helpers: [(key: String, helper: String)]
    /// The program for all other registries.
    private let store: String?

    /// A file with thousands of registries stays below.
    public static let maximumBytes = 1024 * 1024

    /// Refuses what is no JSON object, and an entry of a known kind that cannot be read; unknown members are ignored, as
    /// Docker ignores them. Nothing is started and no file is looked for.
    public init(parsing bytes: [UInt8]) throws(DockerConfigurationError) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(
                parsing: bytes, limits: JSONLimits(maximumBytes: DockerConfiguration.maximumBytes))
        } catch {
            // The error's own text could quote what is there.
            throw .notJSON(path: error.path, offset: error.offset)
        }
        guard document.root.kind == .object else { throw .notJSON(path: "$", offset: 0) }
        helpers = try DockerConfiguration.helpers(in: document.root)
        store = try DockerConfiguration.helperName(document.root["credsStore"], key: "credsStore")
        var entries: [(key: String, credentials: RegistryCredentials)] = []
        if let auths = document.root["auths"] {
            guard auths.kind == .object else { throw .malformed(key: "auths") }
            for (key, value) in auths.members {
                guard let credentials = try DockerConfiguration.credentials(value, key: key) else { continue }
                entries.append((key.lowercased(), credentials))
            }
        }
        self.entries = entries
    }

    /// Where the credentials for a registry come from, which is named as in references. The key must be exactly that
    /// host, with its port if it has one; for `docker.io` it is `https://index.docker.io/v1/`, `index.docker.io` or
    /// `docker.io`. Keys with a path below the host never count: credentials for a part of a registry are not for all
    /// of it.
    public func credentials(for domain: String) -> CredentialSource? {
        let isHub = domain.utf8.elementsEqual(DockerHub.domain.utf8)
        let keys = isHub ? [DockerConfiguration.hubKey, "index.docker.io", domain] : [domain]
        let named = keys.lazy.compactMap { key in helpers.first { $0.key.utf8.elementsEqual(key.utf8) }?.helper }.first
        if let name = named ?? store {
            return CredentialHelper(name: name, server: isHub ? DockerConfiguration.hubKey : domain).map { .helper($0) }
        }
        return keys.lazy.compactMap { key in entries.first { $0.key.utf8.elementsEqual(key.utf8) }?.credentials }.first
            .map { .stated($0) }
    }

    private static let hubKey = "https://index.docker.io/v1/"

    private static func helpers(in root: JSONValue) throws(DockerConfigurationError) -> [(key: String, helper: String)]
    {
        guard let value = root["credHelpers"], !value.isNull else { return [] }
        guard value.kind == .object else { throw .malformedHelper(key: "credHelpers") }
        var helpers: [(key: String, helper: String)] = []
        for (key, value) in value.members {
            guard let name = try helperName(value, key: key) else { continue }
            helpers.append((key.lowercased(), name))
        }
        return helpers
    }

    /// Nil if the member is missing, null or empty.
    private static func helperName(_ value: JSONValue?, key: String) throws(DockerConfigurationError) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let name = value.string else { throw .malformedHelper(key: key) }
        guard !name.isEmpty else { return nil }
        guard CredentialHelper(name: name, server: "") != nil else { throw .malformedHelper(key: key) }
        return name
    }

    private static func credentials(
        _ entry: JSONValue, key: String
    ) throws(DockerConfigurationError) -> RegistryCredentials? {
        guard entry.kind == .object else { throw .malformed(key: key) }
        if let token = try text(entry["registrytoken"], key: key) { return .registryToken(try header(token, key: key)) }
        if let token = try text(entry["identitytoken"], key: key) { return .identityToken(token) }
        if let user = try text(entry["username"], key: key), let password = try text(entry["password"], key: key) {
            return try checked(user: user, password: password, key: key)
        }
        guard let auth = try text(entry["auth"], key: key) else { return nil }
        return try decoded(auth, key: key)
    }

    /// `auth`: Base64 of `user:password`. Docker pads with NUL, which is dropped as Docker drops it.
    private static func decoded(_ auth: String, key: String) throws(DockerConfigurationError) -> RegistryCredentials {
        guard var bytes = Base64.decode(auth.utf8) else { throw .malformed(key: key) }
        while bytes.last == 0 { bytes.removeLast() }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            let user = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self)
        else { throw .malformed(key: key) }
        return try checked(user: user, password: password, key: key)
    }

    private static func checked(
        user: String, password: String, key: String
    ) throws(DockerConfigurationError) -> RegistryCredentials {
        guard !user.utf8.contains(UInt8(ascii: ":")) else { throw .malformed(key: key) }
        return .password(user: user, password: password)
    }

    /// A token that goes into a header field must not be able to end it.
    private static func header(_ token: String, key: String) throws(DockerConfigurationError) -> String {
        guard BearerToken.isWellFormed(token) else { throw .malformed(key: key) }
        return token
    }

    /// Nil if the member is missing, null or empty.
    private static func text(_ value: JSONValue?, key: String) throws(DockerConfigurationError) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.string else { throw .malformed(key: key) }
        return text.isEmpty ? nil : text
    }
}

/// Why a Docker `config.json` cannot be used. No text holds a part of the file but its keys.
public enum DockerConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    case notJSON(path: String, offset: Int)
    case malformed(key: String)
    case malformedHelper(key: String)

    public var description: String {
        switch self {
        case .notJSON(let path, let offset):
            "the Docker configuration is no JSON object that can be read, at `\(path)`, byte \(offset)"
        case .malformed(let key):
            "the credentials for `\(key)` in the Docker configuration cannot be read, expected `auth` with the Base64 of"
                + " `user:password`, or `username` and `password`, `identitytoken` or `registrytoken`"
        case .malformedHelper(let key):
            "the credential helper under `\(key)` in the Docker configuration is none, expected the end of a program's name,"
                + " such as `ecr-login` of `docker-credential-ecr-login`"
        }
    }
}
