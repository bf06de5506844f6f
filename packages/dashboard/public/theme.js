// Applies the chosen theme before anything is painted, so that the page does not flash. A file of its own, because the
// server's policy forbids inline scripts. Written by src/app/theme.ts.
{
  const theme = localStorage.getItem("everstep.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
