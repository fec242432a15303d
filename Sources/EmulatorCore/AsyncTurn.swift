/// Lets one task at a time through, in order of arrival.
actor AsyncTurn {
    private var taken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if taken { await withCheckedContinuation { waiting.append($0) } }
        taken = true
    }

    func give() {
        // `taken` stays set when there is a next one: nobody may slip in before it resumes.
        if waiting.isEmpty { taken = false } else { waiting.removeFirst().resume() }
    }
}
