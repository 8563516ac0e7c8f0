using OnePeace.Modalities;
using OnePeace.Modalities.Audio;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Text;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>The three official modalities by name.</summary>
internal static class Plugins
{
    private static readonly IModality[] All = [new TextModality(), new ImageModality(), new AudioModality()];

    public static IModality Find(string name) => All.Single(m => m.Name == name);
}
