namespace Clik2pay.Sidecar.Configuration.Sources;

/// <summary>The directory that the program was started in. Settings and routes are read from it.</summary>
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
