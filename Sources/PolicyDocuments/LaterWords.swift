/// Words of the policy language that this version does not have yet. A document that uses one is refused, and told that
/// it is not misspelled. A test holds the list against what this version has.
enum LaterWords {
    static let kinds = ["Scanner"]

    static let fields = [
        // Checks and their settings
        "vulnerabilities", "baseImage", "minimal", "age", "imageConfig", "multiStage",
        // Settings of the daemon
        "platforms", "pin",
    ]
}
