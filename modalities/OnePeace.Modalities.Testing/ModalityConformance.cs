using System.Reflection;
using System.Runtime.CompilerServices;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using OnePeace.Modalities.Testing.Checks;
using TorchSharp;

namespace OnePeace.Modalities.Testing;

/// <summary>What every modality plugin has to hold to, check by check. The samples are the canaries of its <c>modality.json</c>.</summary>
/// <example>
/// <code>
/// public sealed class SmellTests
/// {
///     private static readonly ModalityConformance Conformance = ModalityConformance.Of&lt;SmellModality&gt;();
///     public static TheoryData&lt;string&gt; Checks => [.. ModalityConformance.Checks];
///     [Theory, MemberData(nameof(Checks))] public void Conforms(string check) => Conformance.Check(check);
/// }
/// </code>
/// </example>
public sealed record ModalityConformance
{
    private static readonly IConformanceCheck[] All =
    [
        new DescriptionCheck(), new TokenCheck(), new MaskCheck(), new DeterminismCheck(), new IndependenceCheck(), new ConcurrencyCheck(), new GradientCheck(),
        new MaskedPretrainingCheck(), new CancellationCheck(), new BadInputCheck(), new NumericRangeCheck(), new LeakCheck(), new PackageCheck(),
    ];

    private ModalityConformance(string folder, string assembly, Func<IModality> create)
    {
        Folder = folder;
        AssemblyName = assembly;
        Create = create;
    }

    /// <summary>The names of all checks, in the order in which they are best read.</summary>
    public static IReadOnlyList<string> Checks { get; } = [.. All.Select(check => check.Name)];

    /// <summary>The plugin's project folder: the one with <c>modality.json</c>.</summary>
    public string Folder { get; }

    /// <summary>The core that the plugin is tried around; its weights are random. Small, but its LayerScale lets every layer count.</summary>
    public CoreShape Core { get; init; } = new() { Width = 32, Heads = 4, Layers = 2, ExpertWidth = 64, LayerScaleInit = 0.1 };

    /// <summary>
    /// A checkpoint or model directory, for plugins that take weights from a modality of it (<c>"weights": { "from": ... }</c>) and for packing
    /// with its core; by default what the environment variable <c>ONEPEACE_MODEL</c> names, else a small random core.
    /// </summary>
    public string? Model { get; init; } = Environment.GetEnvironmentVariable("ONEPEACE_MODEL") is { Length: > 0 } model ? model : null;

    /// <summary>Inputs that must be refused with <see cref="InvalidInputException"/>, beside those that the check <c>bad input</c> makes up.</summary>
    public IReadOnlyList<BadInput> BadInputs { get; init; } = [];

    /// <summary>The plugin's own assembly, without <c>.dll</c>.</summary>
    internal string AssemblyName { get; }

    internal Func<IModality> Create { get; }

    /// <summary>The checks of one plugin.</summary>
    /// <typeparam name="T">The plugin's class.</typeparam>
    /// <param name="folder">Its project folder; by default the project with a <c>modality.json</c> that the calling test project refers to.</param>
    /// <exception cref="ConformanceException">No such project is known.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ModalityConformance Of<T>(string? folder = null) where T : class, IModality, new() =>
        Of(folder ?? ProjectFolder.Of(Assembly.GetCallingAssembly()), typeof(T).Assembly.GetName().Name!, () => new T());

    internal static ModalityConformance Of(string folder, string assembly, Func<IModality> create) => new(folder, assembly, create);

    /// <summary>Runs one check.</summary>
    /// <param name="name">One of <see cref="Checks"/>.</param>
    /// <exception cref="ConformanceException">The plugin does not pass it.</exception>
    /// <exception cref="ArgumentException">There is no such check.</exception>
    public void Check(string name)
    {
        var check = All.FirstOrDefault(check => check.Name == name)
            ?? throw new ArgumentException($"There is no check '{name}'; there are: {string.Join(", ", Checks)}.", nameof(name));
        TorchRuntime.EnsureLoaded();
        var threads = torch.get_num_threads();
        torch.set_num_threads(1);   // more are slower for so small a core, and test projects run side by side
        try
        {
            check.Run(new Subject(this));
        }
        catch (Exception e)
        {
            throw new ConformanceException($"'{AssemblyName}' does not pass the check '{name}'. {Describe(e)}", e);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    private static string Describe(Exception exception) => exception is ConformanceException or InvalidDataException or PackageRefusedException
        ? exception.Message
        : $"Expected no exception, but {exception.GetType().Name} came: {exception.Message}";
}
