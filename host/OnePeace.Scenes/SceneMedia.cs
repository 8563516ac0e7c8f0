using OnePeace.Scenes.Motions;
using OnePeace.Scenes.Pictures;
using OnePeace.Scenes.Sounds;

namespace OnePeace.Scenes;

/// <summary>The kinds of files that data sets have.</summary>
internal static class SceneMedia
{
    private static readonly ISceneMedium Pictures = new PictureMedium(), Sounds = new SoundMedium(), Motions = new MotionMedium();

    public static IReadOnlyList<ISceneMedium> All { get; } = [Pictures, Sounds, Motions];

    /// <summary>Those that are also paired without captions.</summary>
    public static IReadOnlyList<(ISceneMedium First, ISceneMedium Second)> Direct { get; } = [(Pictures, Sounds), (Pictures, Motions)];
}
