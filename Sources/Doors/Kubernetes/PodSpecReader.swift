import PolicyEngine
import StrictJSON

/// Reads the container lists and image volumes of one pod spec. Everything that has another shape than Kubernetes gives
/// it is an error, since whoever reads it more leniently than we do would run what we did not see.
struct PodSpecReader {
    let placement: FoundImage.Placement
    private(set) var found: [FoundImage] = []

    /// More images than this in one object are not collected. Above what is judged at once, so that an object that has
    /// long been there may still lose a finalizer.
    static let maximumFound = 4_096

    /// The member names that hold containers, and what runs them. Sidecars are init containers that keep running.
    static let containerLists: [(member: StaticString, kind: ContainerKind)] = [
        ("containers", .main), ("initContainers", .initialization), ("ephemeralContainers", .ephemeral),
    ]

    init(placement: FoundImage.Placement) {
        self.placement = placement
    }

    /// - Parameter path: of `spec`, with a dot at its end unless it is the object itself.
    mutating func read(_ spec: JSONValue, at path: String) throws(WorkloadError) {
        for (member, kind) in PodSpecReader.containerLists {
            guard let list = spec[member], !list.isNull else { continue }
            try readContainers(list, kind: kind, at: "\(path)\(member)")
        }
        guard let volumes = spec["volumes"], !volumes.isNull else { return }
        try readVolumes(volumes, at: "\(path)volumes")
    }

    mutating func readContainers(_ list: JSONValue, kind: ContainerKind, at path: String) throws(WorkloadError) {
        try require(list, .array, at: path)
        var place = ListElement(list: path, index: 0)
        for container in list.elements {
            try require(container, .object, at: place.path())
            let text = try imageText(container["image"], at: place, ".image")
            try add(text, kind, name: container["name"], at: place, ".image")
            place.index += 1
        }
    }

    mutating func readVolumes(_ list: JSONValue, at path: String) throws(WorkloadError) {
        try require(list, .array, at: path)
        var place = ListElement(list: path, index: 0)
        for volume in list.elements {
            try require(volume, .object, at: place.path())
            if let image = volume["image"], !image.isNull {
                try require(image, .object, at: place.path(".image"))
                let text = try imageText(image["reference"], at: place, ".image.reference")
                try add(text, .volume, name: volume["name"], at: place, ".image.reference")
            }
            place.index += 1
        }
    }

    /// Empty when absent: whether that is a mistake depends on whether it is new.
    private func imageText(
        _ value: JSONValue?, at place: ListElement, _ member: StaticString
    ) throws(WorkloadError) -> String {
        guard let value, !value.isNull else { return "" }
        guard let text = value.string else {
            throw .wrongType(path: place.path(member), found: value.kind.name, expected: "a string")
        }
        return text
    }

    private mutating func add(
        _ text: String, _ kind: ContainerKind, name: JSONValue?, at place: ListElement, _ member: StaticString
    ) throws(WorkloadError) {
        guard found.count < PodSpecReader.maximumFound else {
            throw .tooManyImages(limit: PodSpecReader.maximumFound)
        }
        found.append(
            FoundImage(
                text: text, kind: kind, container: name?.string, path: place.path(member), placement: placement))
    }
}

/// Where an element of a list stands.
private struct ListElement {
    let list: String
    var index: Int

    /// Of a member of the element; of the element itself without one. Put together as bytes, in a third of the time, since
    /// it is asked for with each image of each request.
    func path(_ member: StaticString = "") -> String {
        var path: [UInt8] = []
        path.reserveCapacity(list.utf8.count + member.utf8CodeUnitCount + 8)
        path += list.utf8
        path.append(UInt8(ascii: "["))
        path += String(index).utf8
        path.append(UInt8(ascii: "]"))
        member.withUTF8Buffer { path += $0 }
        return String(decoding: path, as: UTF8.self)
    }
}

/// - Throws: `WorkloadError.wrongType`
func require(
    _ value: JSONValue, _ kind: JSONValue.Kind, at path: @autoclosure () -> String
) throws(WorkloadError) {
    guard value.kind == kind else { throw .wrongType(path: path(), found: value.kind.name, expected: kind.name) }
}

extension JSONValue.Kind {
    /// With its article, for messages.
    var name: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "null"
        }
    }
}
