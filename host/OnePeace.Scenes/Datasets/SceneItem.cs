namespace OnePeace.Scenes.Datasets;

/// <summary>One file of a data set, and its caption.</summary>
/// <param name="Name">Its path without its ending.</param>
/// <param name="Medium">What kind of file it is.</param>
/// <param name="Factors">What it shows.</param>
/// <param name="PrivateValue">Which value it has of its medium's own factor; null without one.</param>
/// <param name="Caption">What is said of it.</param>
internal sealed record SceneItem(string Name, ISceneMedium Medium, SceneFactors Factors, int? PrivateValue, string Caption)
{
    public string Id => Name.Replace('/', '-');

    public string Path => Name + Medium.Extension;

    /// <summary>Every factor's value, by the factor's name.</summary>
    public IEnumerable<(string Factor, string Value)> Attributes
    {
        get
        {
            var values = Factor.Shared.Zip(Factors.Values);
            if (Medium.PrivateFactor is { } own && PrivateValue is { } value) values = values.Append((own, value));
            return values.Select(pair => (pair.First.Name, pair.First.Values[pair.Second].Name));
        }
    }
}
