import StrictJSON

/// Where a registry's credentials come from.
public enum CredentialSource: Hashable, Sendable {
    case stated(RegistryCredentials)
    case helper(CredentialHelper)
}

/// A program that knows the credentials of a registry (docker-credential-helpers): `docker-credential-NAME get`, with the
/// registry on its standard input.
public struct CredentialHelper: Hashable, Sendable {
    /// `ecr-login`, of `docker-credential-ecr-login`.
    public let name: String
    /// What it is asked about, spelled as Docker spells it: the host, or `https://index.docker.io/v1/`.
    public let server: String

    /// Nil if the name could be anything but the end of a file's name.
    public init?(name: String, server: String) {
        let isWord = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
        }
        guard isWord, (1...64).contains(name.utf8.count) else { return nil }
        self.name = name
        self.server = server
    }

    /// The file that is looked for in the directories of `PATH`.
    public var program: String { "docker-credential-\(name)" }

    /// Reads what the program said. Nil if it knows nothing about the registry, which means to ask anonymously.
    func credentials(from ending: ChildProgram.Ending) throws(CredentialHelperError) -> RegistryCredentials? {
        guard ending.status == 0 else {
            let saysNothingFound = ending.output.starts(with: CredentialHelper.notFound)
            guard saysNothingFound else { throw .failed(status: ending.status) }
            return nil
        }
        let limits = JSONLimits(maximumBytes: CredentialHelper.maximumOutput)
        guard let root = try? JSONDocument(parsing: ending.output, limits: limits).root, root.kind == .object,
            let user = root["Username"]?.string, let secret = root["Secret"]?.string, !secret.isEmpty
        else { throw .malformed }
        if user.utf8.elementsEqual("<token>".utf8) { return .identityToken(secret) }
        guard !user.isEmpty, !user.utf8.contains(UInt8(ascii: ":")) else { throw .malformed }
        return .password(user: user, password: secret)
    }

    /// What every helper says, whatever store it is for: `credentials not found in native keychain`.
    private static let notFound = Array("credentials not found".utf8)
    /// A token is a few kilobytes.
    static let maximumOutput = 1024 * 1024
}

/// Why a helper gave nothing. No text holds what it said.
enum CredentialHelperError: Error, Hashable, Sendable, CustomStringConvertible {
    case notInstalled
    case notStarted(errno: Int32)
    case timedOut(after: Duration)
    case tooMuchOutput(limit: Int)
    /// Nil if a signal ended it.
    case failed(status: Int32?)
    case malformed

    var description: String {
        switch self {
        case .notInstalled: "is in no directory of `PATH`"
        case .notStarted(let errno): "could not be started, error \(errno)"
        case .timedOut(let time): "had not ended after \(time)"
        case .tooMuchOutput(let limit): "wrote more than \(limit) bytes"
        case .failed(let status?): "failed with status \(status)"
        case .failed(nil): "was ended by a signal"
        case .malformed: "did not answer with the JSON of a user name and a secret"
        }
    }
}
