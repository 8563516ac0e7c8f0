namespace OnePeace.Scenes.Captions;

/// <summary>Captions of one medium: sentences of its own, with the words that all media share.</summary>
internal static class CaptionWriter
{
    /// <param name="medium">Whose sentences.</param>
    /// <param name="scene">What to name.</param>
    /// <param name="dropProbability">How often one factor, any of the four, is left out.</param>
    /// <param name="random">Chooses the sentence and the words.</param>
    public static string Write(ISceneMedium medium, SceneFactors scene, double dropProbability, SceneRandom random)
    {
        var template = random.Pick(medium.Templates);
        var isDropped = random.Between(0, 1) < dropProbability;
        var factor = random.Pick(Factor.Shared);
        return CaptionTemplate.Fill(template, scene, isDropped ? factor.Name : null, random);
    }
}
