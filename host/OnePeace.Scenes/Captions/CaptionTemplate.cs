using System.Text.RegularExpressions;

namespace OnePeace.Scenes.Captions;

/// <summary>A sentence with gaps for the four factors, such as <c>a [{size} ][{colour} ][{shape}|thing][ in the {position} corner]</c>.</summary>
/// <remarks>Brackets hold what goes with one factor and, after a bar, what stands there when a caption leaves the factor out.</remarks>
internal static partial class CaptionTemplate
{
    /// <param name="template">The sentence.</param>
    /// <param name="scene">What to name.</param>
    /// <param name="leftOut">A factor's name, or null to name all.</param>
    /// <param name="random">Chooses among the words of each value.</param>
    public static string Fill(string template, SceneFactors scene, string? leftOut, SceneRandom random)
    {
        var chosen = Part().Replace(template, part => leftOut is not null && part.Value.Contains($"{{{leftOut}}}") ? part.Groups["without"].Value : part.Groups["with"].Value);
        foreach (var (factor, value) in Factor.Shared.Zip(scene.Values))
            chosen = chosen.Replace($"{{{factor.Name}}}", random.Pick(factor.Values[value].Words));
        return ArticleBeforeVowel().Replace(chosen, "an");
    }

    [GeneratedRegex(@"\[(?<with>[^\]|]*)(\|(?<without>[^\]]*))?\]")]
    private static partial Regex Part();

    [GeneratedRegex(@"\ba(?= [aeio])")]
    private static partial Regex ArticleBeforeVowel();
}
