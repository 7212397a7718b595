using System.Globalization;

namespace LusEdge.Machine;

/// <summary>The kernel's thermal zones.</summary>
internal static class Thermometers
{
    private const string Zones = "/sys/class/thermal";
    private const long MaxBytes = 4096;

    /// <summary>Temperatures in °C by zone type (the hottest zone of each type); null if there are none.</summary>
    public static IReadOnlyDictionary<string, double>? Read()
    {
        if (!Directory.Exists(Zones)) return null;
        var temperatures = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (string zone in Directory.EnumerateDirectories(Zones, "thermal_zone*"))
        {
            try
            {
                string type = BoundedFile.ReadAllText(Path.Combine(zone, "type"), MaxBytes).Trim();
                string temperature = BoundedFile.ReadAllText(Path.Combine(zone, "temp"), MaxBytes);
                double celsius = long.Parse(temperature, CultureInfo.InvariantCulture) / 1000.0;
                temperatures[type] = Math.Max(celsius, temperatures.GetValueOrDefault(type, double.MinValue));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                // Reading a sensor that is switched off fails; it has no temperature.
            }
        }

        return temperatures.Count == 0 ? null : temperatures;
    }
}
