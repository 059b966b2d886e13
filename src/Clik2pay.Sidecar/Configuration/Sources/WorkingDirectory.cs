namespace Clik2pay.Sidecar.Configuration.Sources;

/// <summary>The working directory, which can contain <c>appsettings.json</c> and <c>proxy.json</c>.</summary>
internal static class WorkingDirectory
{
    /// <exception cref="InvalidDataException">The directory was deleted, or cannot be read.</exception>
    public static string PathOf(string fileName)
    {
        try
        {
            return Path.Combine(Environment.CurrentDirectory, fileName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"The working directory was deleted or cannot be read, so {fileName} cannot be found. "
                + "Start the program in an existing directory.",
                e);
        }
    }
}
