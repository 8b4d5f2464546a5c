import StrictJSON

/// The places of images in a Kubernetes object, found without knowledge of its kind: wherever an element of `containers`,
/// `initContainers` or `ephemeralContainers` has an `image`, and of `volumes` an `image.reference`.
///
/// An oracle for objects that are well-formed and have nothing of that name elsewhere.
enum ContainerImages {
    private static let lists = ["containers": "main", "initContainers": "init", "ephemeralContainers": "ephemeral"]

    /// Such as `main spec.containers[0].image=nginx`, sorted.
    static func all(in object: JSONValue) -> [String] {
        var found: [String] = []
        collect(object, at: "", into: &found)
        return found.sorted()
    }

    private static func collect(_ value: JSONValue, at path: String, into found: inout [String]) {
        for (index, element) in value.elements.enumerated() { collect(element, at: "\(path)[\(index)]", into: &found) }
        for (key, member) in value.members {
            let place = path.isEmpty ? key : "\(path).\(key)"
            for (index, element) in member.elements.enumerated() {
                if let kind = lists[key], let image = element["image"]?.string {
                    found.append("\(kind) \(place)[\(index)].image=\(image)")
                }
                if key == "volumes", let image = element["image"]?["reference"]?.string {
                    found.append("volume \(place)[\(index)].image.reference=\(image)")
                }
            }
            collect(member, at: place, into: &found)
        }
    }
}
