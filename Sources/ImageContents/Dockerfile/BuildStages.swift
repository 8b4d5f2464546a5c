/// The stages of a Dockerfile so far. A name is known in any case; of two stages of one name the later one has it.
struct BuildStages {
    private(set) var count = 0
    /// By the name in lower case: the first stage that was given it, and the last.
    private var numbers: [[UInt8]: (first: Int, last: Int)] = [:]
    /// Stages that others begin with.
    private var bases: Set<Int> = []

    func contains(_ name: String) -> Bool { numbers[BuildStages.key(name)] != nil }

    /// Whether a stage before the one that is being read has the name.
    func containsBeforeCurrent(_ name: String) -> Bool {
        numbers[BuildStages.key(name)].map { $0.first < count - 1 } ?? false
    }

    func isBase(_ number: Int) -> Bool { bases.contains(number) }

    /// Begins the next stage, with `base` if that is a stage.
    mutating func begin(_ name: [UInt8]?, with base: String) {
        if let number = numbers[BuildStages.key(base)]?.last { bases.insert(number) }
        if let name { numbers[name] = (numbers[name]?.first ?? count, count) }
        count += 1
    }

    private static func key(_ name: String) -> [UInt8] { name.utf8.map(\.lowerCasedASCII) }
}
