namespace OnePeace.Training.Evaluation;

/// <summary>One thing of a data set, in all the modalities that it has.</summary>
/// <param name="Id">Its name in messages.</param>
/// <param name="Group">Items of one group mean the same: each is a right answer to the others.</param>
/// <param name="Inputs">By modality: a text, or a file's whole path.</param>
/// <param name="Attributes">What is known of it, such as a colour.</param>
/// <param name="Captions">What is said of one of its inputs alone, by that input's modality.</param>
public sealed record RetrievalItem(
    string Id,
    string Group,
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<string, string> Captions)
{
    /// <summary>The item's text as it stands opposite another modality.</summary>
    /// <param name="modality">The modality that takes the text.</param>
    /// <param name="opposite">The other one; null for none in particular.</param>
    public string Text(string modality, string? opposite) => opposite is not null && Captions.TryGetValue(opposite, out var caption) ? caption : Inputs[modality];

    public bool Has(IEnumerable<string> modalities) => modalities.All(Inputs.ContainsKey);
}

/// <summary>One input as an engine takes it.</summary>
/// <param name="Modality">Whose it is.</param>
/// <param name="Value">The text, or the file's path.</param>
/// <param name="IsText">Which of the two.</param>
public sealed record RetrievalInput(string Modality, string Value, bool IsText);
