/// What a writer of JSON has opened and not closed yet, and whether it ever broke the grammar.
struct JSONStructure {
    enum Container {
        case object, array
    }

    /// More levels are not written by anybody here; beyond them the text counts as broken, not the program.
    private static let maximumDepth = 64

    /// One bit a level, the innermost lowest: whether it is an object.
    private var objects: UInt64 = 0
    private var depth = 0
    /// Whether a key was written whose value was not.
    private var awaitsValue = false
    private var isBroken = false
    private var hasRoot = false
    /// Whether a value precedes at this level.
    private(set) var needsComma = false

    /// What was written is not what the caller thinks.
    mutating func fail() { isBroken = true }

    var isWhole: Bool { hasRoot && depth == 0 && !isBroken }

    mutating func key() {
        if !isInObject || awaitsValue { isBroken = true }
        awaitsValue = true
        needsComma = false
    }

    mutating func value() {
        takePlace()
        needsComma = true
    }

    mutating func begin(_ container: Container) {
        takePlace()
        if depth == JSONStructure.maximumDepth { isBroken = true }
        depth += 1
        objects = objects << 1 | (container == .object ? 1 : 0)
        needsComma = false
    }

    mutating func end(_ container: Container) {
        if depth == 0 || isInObject != (container == .object) || awaitsValue { isBroken = true }
        depth = max(0, depth - 1)
        objects >>= 1
        awaitsValue = false
        needsComma = true
    }

    private var isInObject: Bool { depth > 0 && objects & 1 == 1 }

    /// A value begins here: as the root, as an element, or after a key.
    private mutating func takePlace() {
        if depth == 0 {
            if hasRoot { isBroken = true }
            hasRoot = true
        } else if isInObject && !awaitsValue {
            isBroken = true
        }
        awaitsValue = false
    }
}
