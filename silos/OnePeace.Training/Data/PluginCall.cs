using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;

namespace OnePeace.Training.Data;

/// <summary>Asks a plugin before anything is trained; whatever it throws is what is wrong with the recipe, and tells no paths.</summary>
internal static class PluginCall
{
    /// <param name="purpose">What it is asked to do, and of which modality it is.</param>
    /// <param name="work">What asks.</param>
    /// <exception cref="InvalidDataException">It fails.</exception>
    public static T Run<T>(string purpose, Func<T> work)
    {
        try
        {
            return PluginCode.Run(purpose, work);
        }
        catch (PackageRefusedException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }
}
