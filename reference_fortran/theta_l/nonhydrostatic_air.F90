! A nonhydrostatic theta-l state as the steps hold it, what they need beside it, and what they sum up.
!
! HOMME: element_state (elem_state_t, derived_state_t)
module nonhydrostatic_air
  use kinds, only: rk
  use nonhydrostatic_tendency, only: nfields
  use theta_l_column, only: nodes
  use theta_l_settings, only: g
  implicit none
  private
  public :: air, surroundings, make_air, make_surroundings, clear_sums, copy, exchange, set_ground, add_part, extrapolate

  ! layers (np, np, 6, nlev, ne), and w on the ground (np, np, ne)
  type :: air
    real(rk), allocatable :: layers(:, :, :, :), ground(:, :)
  end type air

  ! the ground, and the sums of a tracer step
  type :: surroundings
    integer :: nlev, ne
    real(rk), allocatable :: phis(:, :), gradphis(:, :, :)
    real(rk), allocatable :: vn0(:, :, :, :), omega(:, :, :), etadot(:, :, :)
    real(rk), allocatable :: dpdiss_ave(:, :, :), dpdiss_biharmonic(:, :, :)
  end type surroundings

contains

  ! storage of this size, kept where it has it
  subroutine make_air(nlev, ne, a)
    integer, intent(in) :: nlev, ne
    type(air), intent(inout) :: a
    if (allocated(a%layers)) then
      if (any(shape(a%layers) /= [nodes, nfields, nlev, ne])) deallocate(a%layers, a%ground)
    end if
    if (.not. allocated(a%layers)) allocate(a%layers(nodes, nfields, nlev, ne), a%ground(nodes, ne))
  end subroutine make_air

  function make_surroundings(nlev, ne, phis, gradphis) result(s)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: phis(nodes, ne), gradphis(nodes, 2, ne)
    type(surroundings) :: s
    s%nlev = nlev
    s%ne = ne
    s%phis = phis
    s%gradphis = gradphis
    allocate(s%vn0(nodes, 2, nlev, ne), s%omega(nodes, nlev, ne), s%etadot(nodes, nlev+1, ne))
    allocate(s%dpdiss_ave(nodes, nlev, ne), s%dpdiss_biharmonic(nodes, nlev, ne))
    call clear_sums(s)
  end function make_surroundings

  subroutine clear_sums(s)
    type(surroundings), intent(inout) :: s
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, s%ne
      s%vn0(:, :, :, e) = 0
      s%omega(:, :, e) = 0
      s%etadot(:, :, e) = 0
      s%dpdiss_ave(:, :, e) = 0
      s%dpdiss_biharmonic(:, :, e) = 0
    end do
  end subroutine clear_sums

  subroutine copy(from, to)
    type(air), intent(in) :: from
    type(air), intent(inout) :: to
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, size(from%ground, 2)
      to%layers(:, :, :, e) = from%layers(:, :, :, e)
      to%ground(:, e) = from%ground(:, e)
    end do
  end subroutine copy

  subroutine exchange(a, b)
    type(air), intent(inout) :: a, b
    type(air) :: kept
    call move_alloc(a%layers, kept%layers)
    call move_alloc(a%ground, kept%ground)
    call move_alloc(b%layers, a%layers)
    call move_alloc(b%ground, a%ground)
    call move_alloc(kept%layers, b%layers)
    call move_alloc(kept%ground, b%ground)
  end subroutine exchange

  ! w on the ground := that of the lowest layer's wind along the slope
  subroutine set_ground(s, a)
    type(surroundings), intent(in) :: s
    type(air), intent(inout) :: a
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, s%ne
      a%ground(:, e) = (a%layers(:, 1, s%nlev, e) * s%gradphis(:, 1, e) &
                        + a%layers(:, 2, s%nlev, e) * s%gradphis(:, 2, e)) / g
    end do
  end subroutine set_ground

  ! to := to + (u1 - u0) / 4
  subroutine add_part(u0, u1, to)
    type(air), intent(in) :: u0, u1
    type(air), intent(inout) :: to
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, size(to%ground, 2)
      to%layers(:, :, :, e) = to%layers(:, :, :, e) + (u1%layers(:, :, :, e) - u0%layers(:, :, :, e)) / 4
      to%ground(:, e) = to%ground(:, e) + (u1%ground(:, e) - u0%ground(:, e)) / 4
    end do
  end subroutine add_part

  ! u1 := (5 u1 - u0) / 4
  subroutine extrapolate(u0, u1)
    type(air), intent(in) :: u0
    type(air), intent(inout) :: u1
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, size(u1%ground, 2)
      u1%layers(:, :, :, e) = (5 * u1%layers(:, :, :, e) - u0%layers(:, :, :, e)) / 4
      u1%ground(:, e) = (5 * u1%ground(:, e) - u0%ground(:, e)) / 4
    end do
  end subroutine extrapolate

end module nonhydrostatic_air
