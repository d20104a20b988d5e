// Light, dark or like the system. The choice lives in a cookie, so that the server draws the next page right at once.

const root = document.documentElement;

function remember(theme) {
  const age = theme === "auto" ? 0 : 60 * 60 * 24 * 400;
  document.cookie = `laurel_theme=${theme};path=/;max-age=${age};samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
}

function show(theme) {
  if (theme === "auto") delete root.dataset.bsTheme;
  else root.dataset.bsTheme = theme;
  for (const button of document.querySelectorAll("[data-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
  }
}

for (const group of document.querySelectorAll("[data-theme-choice]")) {
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme]");
    if (!button) return;
    remember(button.dataset.theme);
    show(button.dataset.theme);
  });
}
show(root.dataset.bsTheme ?? "auto");
