// The catalogue answers while one types or ticks. The page works without this file: the form is an ordinary GET.

const form = document.querySelector("[data-finder]");
let results = document.querySelector("[data-results]");
let running = null;
let timer = 0;

function address() {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value !== "" && !(name === "sort" && form.elements.sort.selectedIndex === 0)) asked.append(name, value);
  }
  const query = asked.toString();
  return form.getAttribute("action") + (query ? `?${query}` : "");
}

async function show(url, remember) {
  running?.abort();
  running = new AbortController();
  results.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: running.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-results]");
    // The heading is a live region: it stays, and only its words change, so that the new number is read out.
    const heading = results.querySelector("#results-title");
    heading.textContent = fresh.querySelector("#results-title").textContent;
    fresh.querySelector("#results-title").replaceWith(heading);
    results.replaceWith(fresh);
    results = fresh;
    document.title = page.title;
    followChips(page);
    if (remember) history.replaceState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  }
}

// What each menu says about its own choices is the server's to say.
function followChips(page) {
  const fresh = page.querySelectorAll(".finder-menu > summary");
  form.querySelectorAll(".finder-menu > summary").forEach((chip, index) => {
    if (!fresh[index]) return;
    chip.className = fresh[index].className;
    chip.replaceChildren(...fresh[index].childNodes);
  });
}

if (form && results) {
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => show(address(), true), wait);
  };
  form.addEventListener("input", (event) => soon(event.target.type === "search" || event.target.type === "number" ? 300 : 0));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    form.querySelectorAll("details[open]").forEach((menu) => (menu.open = false));
    show(address(), true);
  });
}
