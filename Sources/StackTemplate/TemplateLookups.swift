/// What a template may ask for that lies outside of it, given by the caller.
package struct TemplateLookups: Sendable {
    /// The value of a parameter in the parameter store, lists with commas; nil when there is none.
    ///
    /// The name may end in `:version`.
    package var storedParameter: @Sendable (_ name: String) -> String?
    /// What another stack exports under a name; nil when none does.
    package var exportedValue: @Sendable (_ name: String) -> String?
    /// The availability zones of a region.
    package var availabilityZones: @Sendable (_ region: String) -> [String]

    package init(
        storedParameter: @escaping @Sendable (_ name: String) -> String? = { _ in nil },
        exportedValue: @escaping @Sendable (_ name: String) -> String? = { _ in nil },
        availabilityZones: @escaping @Sendable (_ region: String) -> [String] = { region in
            ["a", "b", "c"].map { region + $0 }
        }
    ) {
        self.storedParameter = storedParameter
        self.exportedValue = exportedValue
        self.availabilityZones = availabilityZones
    }
}
