namespace OnePeace.Scenes;

/// <summary>One kind of file that shows a scene.</summary>
internal interface ISceneMedium
{
    /// <summary>The modality that reads it: a manifest's key.</summary>
    string Modality { get; }

    /// <summary>How its files end, with the dot.</summary>
    string Extension { get; }

    /// <summary>What captions of it look like; see <see cref="Captions.CaptionTemplate"/>.</summary>
    IReadOnlyList<string> Templates { get; }

    /// <summary>What only this medium carries and no caption names, in data sets that have such things; null if there is nothing.</summary>
    Factor? PrivateFactor { get; }

    /// <summary>Makes one file's bytes.</summary>
    /// <param name="scene">What to show.</param>
    /// <param name="privateValue">Which value of <see cref="PrivateFactor"/>; null where the data set has none.</param>
    /// <param name="random">What this draw has of its own: jitter and noise.</param>
    byte[] Draw(SceneFactors scene, int? privateValue, SceneRandom random);
}
